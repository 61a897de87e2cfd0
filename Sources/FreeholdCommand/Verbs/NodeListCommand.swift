import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment

/// `freehold node list`: the nodes, as of the last sync.
struct NodeListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the nodes, as of the last sync.",
    discussion: """
      freehold node list
      freehold node list --json | jq -r '.nodes[].url'

      Works offline and without the passphrase; freehold node probe asks the nodes now.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let status = try session.statusReader(try session.place(dir)).status()
    let nodes = status.nodes.sorted { ($0.name, $0.did) < ($1.name, $1.did) }
    guard !common.json else {
      return try session.console.data(.object([("nodes", .array(nodes.map(\.json)))]))
    }
    let width = nodes.map(\.name.count).max() ?? 0
    for node in nodes {
      try session.console.data(
        StatusPage.text(
          node, width: width, now: session.environment.clock.now(),
          paint: session.console.dataPaint))
    }
    if nodes.isEmpty {
      session.console.talk("there is no node yet: everything is on this device only")
      session.console.talk("  → freehold node add INVITATION")
    }
  }
}
