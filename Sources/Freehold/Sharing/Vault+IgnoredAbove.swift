import VaultEncoding
import VaultFolder

extension Vault {
  /// The rules of all ignore files above a scope's folder, as they read from inside it: what was
  /// ignored before the folder was shared is ignored after.
  func rules(above mount: Mount, _ mirror: FolderMirror) -> [UInt8] {
    let names = mount.path.compactMap { FileName($0) }
    var lines = AboveRules.translated(ignoredAbove, into: names.map(\.bytes))
    for depth in names.indices {
      let folder = FolderPath(Array(names[..<depth]))
      lines += AboveRules.translated(
        mirror.root.ignoreRules(in: folder), into: names[depth...].map(\.bytes))
    }
    return lines
  }
}

/// Ignore rules seen from a folder further in.
enum AboveRules {
  private static let slash = UInt8(ascii: "/")

  /// The rules of a file that can match something inside a folder, which lies so many names below
  /// the file.
  ///
  /// Rules by name stay; rules by path lose the way to the folder, and those that lead elsewhere
  /// go.
  static func translated(_ bytes: [UInt8], into names: [[UInt8]]) -> [UInt8] {
    var lines: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let line = translated(line, into: names) else { continue }
      lines += line + [UInt8(ascii: "\n")]
    }
    return lines
  }

  private static func translated(
    _ line: ArraySlice<UInt8>, into names: [[UInt8]]
  ) -> [UInt8]? {
    let isNegative = line.first == UInt8(ascii: "!")
    let body = isNegative ? line.dropFirst() : line
    guard body.first != UInt8(ascii: "#") else { return nil }
    // A slash at the end says only that folders are meant.
    guard body.dropLast().contains(slash), !body.starts(with: Array("**/".utf8)) else {
      return Array(line)
    }
    var pattern = body.split(separator: slash, omittingEmptySubsequences: false)[...]
    if pattern.first?.isEmpty ?? false { pattern = pattern.dropFirst() }
    guard pattern.count > names.count,
      zip(pattern, names).allSatisfy({ IgnoreFile.matches($0.1, Array($0.0)) })
    else { return nil }
    let rest = Array(pattern.dropFirst(names.count).joined(separator: [slash]))
    guard !rest.isEmpty else { return nil }
    return (isNegative ? [UInt8(ascii: "!")] : []) + [slash] + rest
  }
}
