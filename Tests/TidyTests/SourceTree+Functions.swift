import Foundation

extension SourceTree.File {
  /// A function or initialiser: where it starts and how long it is, signature included.
  struct Function {
    let name: String
    let start: Int
    let lines: Int
  }

  /// The functions of the file, found by their indentation, which the formatter keeps regular.
  var functions: [Function] {
    var found: [Function] = []
    for (number, line) in lines.enumerated() {
      let text = line.trimmingCharacters(in: .whitespaces)
      guard !text.hasPrefix("//"), let name = Self.functionName(text) else { continue }
      let indentation = line.prefix { $0 == " " }.count
      let end = lines[(number + 1)...].firstIndex { candidate in
        candidate.prefix { $0 == " " }.count == indentation
          && candidate.trimmingCharacters(in: .whitespaces).hasPrefix("}")
      }
      if let end, !text.hasSuffix("}") {
        found.append(Function(name: name, start: number + 1, lines: end - number + 1))
      }
    }
    return found
  }

  private static func functionName(_ text: String) -> String? {
    let pattern = #/^(?:[\w@()]+ )*(?:func ([^\s(<]+)|(init)[?]?[(<])/#
    guard let match = try? pattern.firstMatch(in: text) else { return nil }
    return match.1.map(String.init) ?? match.2.map(String.init)
  }
}
