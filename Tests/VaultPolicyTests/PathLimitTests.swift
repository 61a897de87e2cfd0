import Testing
import VaultEncoding

@testable import VaultPolicy

@Suite struct PathLimitTests {
  private static let letters = ["a", "b", "/", "*", "*", "\\*"]

  private func text(of letters: [String], most: Int, _ generator: inout SeededGenerator) -> String {
    (0..<generator.number(below: most + 1)).map { _ in
      letters[generator.number(below: letters.count)]
    }
    .joined()
  }

  /// A condition on paths, of any shape.
  private func statement(depth: Int, _ generator: inout SeededGenerator) throws -> PolicyStatement {
    let path = try Selector(
      [".path", ".path", ".path?", ".path[0:2]", ".other"][generator.number(below: 5)])
    let inner = { (generator: inout SeededGenerator) in
      try (0..<generator.number(below: 4)).map { _ in
        try statement(depth: depth - 1, &generator)
      }
    }
    switch generator.number(below: depth > 0 ? 8 : 3) {
    case 0: return .compare(.equal, path, .text(text(of: ["a", "b", "/"], most: 4, &generator)))
    case 1: return .compare(.notEqual, path, .text(text(of: ["a", "b", "/"], most: 4, &generator)))
    case 2: return .like(path, try LikePattern(text(of: Self.letters, most: 5, &generator)))
    case 3: return .and(try inner(&generator))
    case 4: return .or(try inner(&generator))
    case 5: return .not(try statement(depth: depth - 1, &generator))
    case 6: return .all(path, try statement(depth: depth - 1, &generator))
    default: return .any(path, try statement(depth: depth - 1, &generator))
    }
  }

  @Test func `what conditions say about all paths below a folder is true of each`() throws {
    var generator = SeededGenerator.forTest()
    var found: Set<PolicyOutcome> = []
    for _ in 0..<20_000 {
      let condition = try statement(depth: 3, &generator)
      let prefix = text(of: ["a", "b", "/"], most: 3, &generator)
      let outcome = condition.outcome(below: prefix, .map(["other": .text("ab")]))
      found.insert(outcome)
      for _ in 0..<20 {
        let path = prefix + text(of: ["a", "b", "c", "/", "*"], most: 5, &generator)
        let holds = condition.holds(for: .map(["path": .text(path), "other": .text("ab")]))
        #expect(outcome != .always || holds, "\(condition) below \(prefix): \(path)")
        #expect(outcome != .never || !holds, "\(condition) below \(prefix): \(path)")
      }
    }
    #expect(found == [.never, .sometimes, .always])
  }

  @Test(arguments: [
    ("notes", "notes", true), ("notes", "notes/a/b", true), ("notes", "notes2", false),
    ("notes", "Notes", false), ("*.md", "a/b.md", true), ("*.md", "a.md/b", false),
    ("2026/*.jpg", "2026/x/y.jpg", true), ("2026/*.jpg", "2025/2026/y.jpg", false),
    ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("caf\u{e9}", "cafe\u{301}", false),
  ])
  func `a limit lets a path through`(_ limit: String, _ path: String, _ expected: Bool) throws {
    let condition = try PathLimit(limit).statement
    #expect(condition.holds(for: .map(["path": .text(path)])) == expected)
    #expect(condition.limitedPaths == (try PathLimit(limit)), "it reads back as it was written")
  }

  @Test(arguments: ["", "/a", "a/", "a//b", "../a", "a/./b", "*/../b"])
  func `a limit that no path has is refused`(_ text: String) {
    #expect(throws: UCANError.self) { _ = try PathLimit(text) }
  }

  @Test func `a limit seen from inside a folder lets nothing more through`() throws {
    var generator = SeededGenerator.forTest()
    var (some, everything) = (0, 0)
    for _ in 0..<20_000 {
      guard let limit = try? PathLimit(text(of: Self.letters, most: 6, &generator)),
        let folder = try? PathLimit(text(of: ["a", "b", "ab", "/"], most: 3, &generator)).text
      else { continue }
      let path = text(of: ["a", "b", "/", "*"], most: 4, &generator)
      let holds = try limit.statement.holds(for: .map(["path": .text(folder + "/" + path)]))
      switch try limit.seen(from: folder) {
      case .everything:
        #expect(holds, "\(limit.text) from \(folder): \(path)")
        everything += 1
      case .some(let inside):
        let passes = try inside.statement.holds(for: .map(["path": .text(path)]))
        #expect(!passes || holds, "\(limit.text) from \(folder): \(path)")
        some += 1
      case .nothing: #expect(!holds, "\(limit.text) from \(folder): \(path)")
      }
    }
    #expect(some > 1_000)
    #expect(everything > 100)
  }
}
