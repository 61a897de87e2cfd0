import ArgumentParser
import Freehold
import VaultSync

/// `freehold version`: which program this is, and which formats it knows.
struct VersionCommand: AsyncParsableCommand {
  /// The version of this program.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version, and the formats that it knows.",
    discussion: """
      freehold version
      freehold version --json
      """)

  private static let formats = ["vault format 1", "protocol /v1"]

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let console = Console(common)
    guard !common.json else {
      return try console.data(
        .object([
          ("name", .text("freehold")), ("version", .text(Self.version)),
          ("formats", .array(Self.formats.map { .text($0) })),
        ]))
    }
    try console.data("freehold \(Self.version) (\(Self.formats.joined(separator: ", ")))")
  }
}
