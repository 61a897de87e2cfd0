import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold node remove`: stop using a node.
struct NodeRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Stop using a node; what it kept goes elsewhere.",
    discussion: """
      freehold node remove attic
      freehold node remove attic --yes

      The next freehold sync places anew what the node kept. To undo: add it again.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Argument(help: "The node's name, or its DID.")
  var name: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let nodes = try session.statusReader(place).status().nodes
    guard nodes.contains(where: { $0.name == name || $0.did.text == name }) else {
      let near = EditDistance.suggestions(for: name, among: nodes.map(\.name))
      throw FreeholdError(
        .noSuchVault, "there is no node called \(NamePath.shown(name))",
        hint: near.first.map { "did you mean \(NamePath.line($0))?" }
          ?? "freehold node list shows them")
    }
    guard try yes || session.console.confirm("stop using \(NamePath.shown(name))", flag: "--yes")
    else { throw FreeholdError(.failed, "nothing was changed") }
    let chosen = name
    try await session.withVault(place) { vault in try await vault.removeNode(chosen) }
    guard !common.json else {
      return try session.console.data(.object([("removed", .text(name))]))
    }
    session.console.talk("\(NamePath.shown(name)) is out; next: freehold sync")
  }
}
