import Foundation
import Testing

@testable import VaultFolder

struct IgnoreTests {
  /// A folder with ignore files, and what git says about paths in it.
  struct Group {
    var files: [String: [UInt8]] = [:]
    var cases: [Case] = []
  }

  struct Case: Equatable {
    let path: [UInt8]
    let isFolder: Bool
    /// The folder and line of the rule that decided.
    let folder: [UInt8]?
    let line: Int
    let isIgnored: Bool
  }

  @Test func `every recorded case is decided as git decides it`() throws {
    var count = 0
    for group in try groups() {
      let rules = try rules(of: group)
      for expected in group.cases {
        #expect(try decide(expected, by: rules) == expected, "\(group.files)")
        count += 1
      }
    }
    #expect(count >= 2000)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/git")))
  func `git itself still says what was recorded`() throws {
    var count = 0
    // Two processes for each: the first hundred hold all cases written by hand.
    for group in try groups().prefix(100) where !group.cases.isEmpty {
      let answers = try askGit(about: group)
      #expect(answers == group.cases, "\(group.files)")
      count += answers.count
    }
    #expect(count >= 500)
  }

  @Test func `hard patterns take linear time`() {
    let name = [UInt8](repeating: UInt8(ascii: "a"), count: 255)
    let stars = String(repeating: "*a", count: 100) + "b"
    let folders = String(repeating: "**/", count: 100) + "b"
    let path = [UInt8](String(repeating: "a/", count: 500).utf8)
    for pattern in [stars, folders, "/" + stars, "[a-z]" + stars] {
      let file = IgnoreFile(parsing: [UInt8](pattern.utf8))
      name.withUnsafeBytes { name in
        path.withUnsafeBytes { path in
          #expect(file.decidingRule(name: name, path: path, isFolder: false) == nil)
        }
      }
    }
  }

  @Test func `an ignore file over the limits is cut and says so`() {
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: IgnoreFile.lineBytesMax + 1)
    let file = IgnoreFile(parsing: long + [UInt8]("\nb\n".utf8))
    #expect(file.isOverLimit)
    #expect(file.rules.map(\.line) == [2])
    let many = [UInt8](String(repeating: "x\n", count: IgnoreFile.rulesMax + 5).utf8)
    #expect(IgnoreFile(parsing: many).isOverLimit)
  }

  @Test func `any bytes are an ignore file`() {
    var generator = SeededGenerator(seed: 3)
    let alphabet = [UInt8]("ab*?[]!-\\/:^# \n\r\u{0}".utf8) + [0xFF]
    for _ in 0..<2000 {
      let bytes = (0..<40).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      let file = IgnoreFile(parsing: bytes)
      _ = file.decidingRule(
        name: UnsafeRawBufferPointer(start: nil, count: 0),
        path: UnsafeRawBufferPointer(start: nil, count: 0), isFolder: true)
    }
  }

  // MARK: Deciding

  private func rules(of group: Group) throws -> IgnoreRules {
    var rules = IgnoreRules()
    for (folder, text) in group.files.sorted(by: { $0.key.count < $1.key.count }) {
      let path = try #require(FolderPath(bytes: Self.bytes(folder)))
      rules = rules.adding(IgnoreFile(parsing: text), at: path)
    }
    return rules
  }

  private func decide(_ asked: Case, by rules: IgnoreRules) throws -> Case {
    let path = try #require(FolderPath(bytes: asked.path))
    let decision = rules.decision(for: path, isFolder: asked.isFolder)
    return Case(
      path: asked.path, isFolder: asked.isFolder, folder: decision?.folder.bytes,
      line: decision?.rule.line ?? 0, isIgnored: decision?.isIgnored ?? false)
  }

  // MARK: Asking git

  private func askGit(about group: Group) throws -> [Case] {
    let folder = try TestFolder()
    try git(folder, ["init", "-q"])
    for (place, text) in group.files {
      makeFolders(folder, Self.bytes(place))
      try folder.write(Self.bytes(place.isEmpty ? ".gitignore" : place + "/.gitignore"), text)
    }
    for asked in group.cases {
      makeFolders(folder, asked.isFolder ? asked.path : parent(asked.path))
      if !asked.isFolder { try folder.write(asked.path, []) }
    }
    let question: [UInt8] = group.cases.map(\.path).reduce([]) { $0 + $1 + [0] }
    let arguments = ["check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"]
    let answer = try git(folder, arguments, input: question)
    let fields = answer.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    let parts = Array(fields)
    return try group.cases.indices.map { index in
      try #require(parts.count == 4 * group.cases.count)
      let asked = group.cases[index]
      let source = Array(parts[4 * index])
      return Case(
        path: asked.path, isFolder: asked.isFolder,
        folder: source.isEmpty ? nil : parent(source),
        line: Int(String(decoding: parts[4 * index + 1], as: UTF8.self)) ?? 0,
        isIgnored: !source.isEmpty && parts[4 * index + 2].first != UInt8(ascii: "!"))
    }
  }

  private func parent(_ path: [UInt8]) -> [UInt8] {
    path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[..<$0]) } ?? []
  }

  private func makeFolders(_ folder: TestFolder, _ path: [UInt8]) {
    let parts = path.split(separator: UInt8(ascii: "/"))
    for count in parts.indices {
      let part = parts[...count].joined(separator: [UInt8(ascii: "/")])
      mkdir(folder.system([UInt8](part)), 0o755)
    }
  }

  @discardableResult
  private func git(
    _ folder: TestFolder, _ arguments: [String], input: [UInt8] = []
  ) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
    process.arguments = ["-C", folder.text] + arguments
    process.environment = [
      "HOME": folder.text, "XDG_CONFIG_HOME": folder.text, "GIT_CONFIG_NOSYSTEM": "1",
    ]
    let (question, answer) = (Pipe(), Pipe())
    process.standardInput = question
    process.standardOutput = answer
    try process.run()
    // The questions are shorter than a pipe holds.
    try question.fileHandleForWriting.write(contentsOf: input)
    try question.fileHandleForWriting.close()
    let bytes = try answer.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return [UInt8](bytes)
  }

  // MARK: The fixture

  /// Every character of the fixture's strings is one byte.
  private static func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private func groups() throws -> [Group] {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    var file: URL
    repeat {
      folder.deleteLastPathComponent()
      file = folder.appendingPathComponent("Fixtures/gitignore/cases.json")
    } while !FileManager.default.fileExists(atPath: file.path) && folder.path != "/"
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try (try #require(json as? [[String: Any]])).map { entry in
      var group = Group()
      let files = try #require(entry["files"] as? [String: String])
      group.files = files.mapValues(Self.bytes)
      for line in try #require(entry["cases"] as? [[Any]]) {
        let text = try #require(line[0] as? String)
        group.cases.append(
          Case(
            path: Self.bytes(text.hasSuffix("/") ? String(text.dropLast()) : text),
            isFolder: text.hasSuffix("/"), folder: (line[1] as? String).map(Self.bytes),
            line: try #require(line[2] as? Int), isIgnored: try #require(line[3] as? Bool)))
      }
      return group
    }
  }
}
