import Foundation
import Testing

/// What the compiler cannot see: docs/architecture.md says why.
struct TidyTests {
  let tree: SourceTree

  init() throws {
    tree = try SourceTree()
    try #require(tree.sources.count > 100)
  }

  /// Generated tables may be long.
  static let generated: Set<String> = ["Sources/VaultCrypto/EnglishWords.swift"]
  static let lineLengthMax = 100
  static let fileLinesMax = 500
  static let coordinatorLinesMax = 300
  static let functionLinesMax = 70

  @Test func `no line is longer than 100 columns`() {
    for file in tree.sources + tree.tests where !Self.generated.contains(file.path) {
      for (number, line) in file.lines.enumerated() where line.count > Self.lineLengthMax {
        Issue.record("\(file):\(number + 1) has \(line.count) columns")
      }
    }
  }

  @Test func `no file is longer than 500 lines, no coordinator longer than 300`() {
    let coordinators = ["Vault.swift", "NodeService.swift", "NodeSession.swift"]
    for file in tree.sources + tree.tests where !Self.generated.contains(file.path) {
      let isCoordinator = coordinators.contains { file.path.hasSuffix("/" + $0) }
      let most = isCoordinator ? Self.coordinatorLinesMax : Self.fileLinesMax
      if file.lines.count > most { Issue.record("\(file) has \(file.lines.count) lines") }
    }
  }

  @Test func `no function is longer than 70 lines`() {
    for file in tree.sources {
      for function in file.functions where function.lines > Self.functionLinesMax {
        Issue.record("\(file):\(function.start) \(function.name) has \(function.lines) lines")
      }
    }
  }

  @Test(
    arguments: [
      "try!", "as!", "fatalError(", "Task.detached", "UUID()", " Date()", "(Date()",
      ".randomElement()", "SystemRandomNumberGenerator",
    ])
  func `sources never call`(_ word: String) {
    for file in tree.sources {
      for (number, line) in file.code where line.contains(word) {
        Issue.record("\(file):\(number) calls \(word)")
      }
    }
  }

  @Test func `sources never unwrap by force`() {
    let pattern = #"[A-Za-z0-9_)\]]!($|[.)\],\[\s])"#
    for file in tree.sources {
      for (number, line) in file.code {
        let withoutTexts = line.replacing(#/"[^"]*"/#, with: "")
        if withoutTexts.range(of: pattern, options: .regularExpression) != nil,
          !withoutTexts.contains(" != ")
        {
          Issue.record("\(file):\(number) unwraps by force")
        }
      }
    }
  }

  @Test func `only the environment sleeps or draws from the system`() {
    for file in tree.sources where file.target != "VaultEnvironment" {
      for (number, line) in file.code
      where line.contains("Task.sleep") || line.contains(".random(in")
        || line.contains("getrandom(")
      {
        Issue.record("\(file):\(number) sleeps or draws by itself")
      }
    }
  }

  @Test func `libraries do not print`() {
    for file in tree.sources where !file.target.hasSuffix("Command") {
      for (number, line) in file.code
      where line.range(of: #"(^|[^.\w])print\("#, options: .regularExpression) != nil {
        Issue.record("\(file):\(number) prints")
      }
    }
  }

  @Test func `the lowest layers do not import Foundation`() {
    for file in tree.sources where ["VaultEncoding", "VaultCRDT"].contains(file.target) {
      for (number, line) in file.code where line.contains("import Foundation") {
        Issue.record("\(file):\(number) imports Foundation")
      }
    }
  }

  @Test func `pure layers do no input or output`() {
    let pure: Set = [
      "VaultEncoding", "VaultCrypto", "VaultCRDT", "VaultPolicy", "VaultSealing", "VaultPacking",
      "VaultSync",
    ]
    for file in tree.sources where pure.contains(file.target) {
      for (number, line) in file.code
      where line.contains("FileManager") || line.contains("FileHandle")
        || line.contains("clock_gettime")
      {
        Issue.record("\(file):\(number) reaches outside")
      }
    }
  }

  @Test func `a node has no code that could decrypt`() {
    let forbidden = ["import VaultSealing", "import VaultCRDT", "import Freehold"]
    for file in tree.sources where ["StorageNode", "NodeCommand"].contains(file.target) {
      for (number, line) in file.code where forbidden.contains(where: line.hasSuffix) {
        Issue.record("\(file):\(number): \(line)")
      }
    }
  }

  @Test func `nothing is called Manager, Helper, Util or Impl`() {
    let pattern = #"(class|struct|enum|actor|protocol) \w*(Manager|Helper|Util|Impl)\b"#
    for file in tree.sources {
      for (number, line) in file.code
      where line.range(of: pattern, options: .regularExpression) != nil {
        Issue.record("\(file):\(number): \(line)")
      }
    }
  }

  @Test func `what is unchecked says who guarantees it`() {
    for file in tree.sources {
      for (number, line) in file.code
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let before = file.lines[max(0, number - 6)..<(number - 1)]
        let isExplained = before.contains {
          $0.trimmingCharacters(in: .whitespaces).hasPrefix("//")
        }
        if !isExplained { Issue.record("\(file):\(number) does not say why it is safe") }
      }
    }
  }

  @Test func `tests do not sleep and are not switched off`() {
    for file in tree.tests where !file.path.contains("TidyTests") {
      for (number, line) in file.code
      where line.contains("Task.sleep") || line.contains(".disabled(") || line.contains("XCTSkip") {
        Issue.record("\(file):\(number): \(line)")
      }
    }
  }

  @Test func `every dependency has a reason on record`() throws {
    let manifest = try tree.text("Package.swift")
    let reasons = try tree.text("docs/decisions/0001-dependencies.md")
    let pattern = #/url: "https://github.com/[\w.-]+/([\w.-]+)"/#
    let names = manifest.matches(of: pattern).map { String($0.1) }
    #expect(names.count > 5)
    for name in names { #expect(reasons.contains(name), "\(name) has no reason on record") }
  }

  @Test func `every target's folder is in the manifest, and every page is linked`() throws {
    let manifest = try tree.text("Package.swift")
    for target in Set(tree.sources.map(\.target)) { #expect(manifest.contains("\"\(target)\"")) }
    let decisions = try FileManager.default.contentsOfDirectory(
      atPath: tree.root.appendingPathComponent("docs/decisions").path)
    let index = try tree.text("docs/decisions/README.md")
    for page in decisions where page != "README.md" { #expect(index.contains(page)) }
  }
}
