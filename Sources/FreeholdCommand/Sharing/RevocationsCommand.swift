import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold revocations`: who was put out, and which nodes know.
struct RevocationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revocations",
    abstract: "List who was put out, and which nodes have signed for it.",
    discussion: """
      freehold revocations
      freehold revocations --json | jq -r '.revocations[] | select(.silent != []) | .name'

      As of the last sync. A node that is silent may still serve what it had; it refuses as soon as
      it learns.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let rows = try await session.withVault(place) { try await $0.revocations() }
    guard !common.json else {
      return try session.console.data(.object([("revocations", .array(rows.map(\.json)))]))
    }
    for row in rows {
      let places = row.paths.map { NamePath.shown($0.names) }.joined(separator: ", ")
      var line = "\(NamePath.line(row.name))  \(places)  signed: \(names(row.acknowledged))"
      if !row.silent.isEmpty { line += "  silent: \(names(row.silent))" }
      try session.console.data(line)
    }
    if rows.isEmpty { session.console.talk("nobody was put out") }
  }

  private func names(_ nodes: [String]) -> String {
    nodes.isEmpty ? "none" : nodes.map { NamePath.line($0) }.joined(separator: ", ")
  }
}

extension RevocationCoverage {
  /// The coverage as `--json` prints it.
  var json: JSON {
    .object([
      ("entry", .text(entry.text)), ("name", .text(name)),
      ("paths", .array(paths.map { .text(NamePath.shown($0.names)) })),
      ("acknowledged", .array(acknowledged.map { .text($0) })),
      ("silent", .array(silent.map { .text($0) })),
    ])
  }
}
