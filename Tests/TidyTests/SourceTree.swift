import Foundation

/// The project's files, as the tidy tests read them.
struct SourceTree {
  /// One file: its path below the project's folder, and its lines.
  struct File: CustomStringConvertible {
    let path: String
    let lines: [String]
    /// The target it belongs to: the folder below `Sources` or `Tests`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    /// The lines without comments, so that words in prose are not taken for calls.
    var code: [(number: Int, text: String)] {
      lines.enumerated().compactMap { number, line in
        let text = line.trimmingCharacters(in: .whitespaces)
        return text.hasPrefix("//") ? nil : (number + 1, line)
      }
    }
    var description: String { path }
  }

  let root: URL
  let sources: [File]
  let tests: [File]

  init() throws {
    var folder = URL(fileURLWithPath: #filePath)
    while !FileManager.default.fileExists(
      atPath: folder.appendingPathComponent("Package.swift").path)
    {
      folder.deleteLastPathComponent()
    }
    root = folder
    sources = try Self.files(below: folder, "Sources")
    tests = try Self.files(below: folder, "Tests")
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func files(below root: URL, _ folder: String) throws -> [File] {
    let base = root.appendingPathComponent(folder)
    let paths =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
      return File(path: folder + "/" + path, lines: text.components(separatedBy: "\n"))
    }
  }
}
