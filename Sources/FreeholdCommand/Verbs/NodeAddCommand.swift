import ArgumentParser
import Freehold
import VaultEncoding
import VaultSync

/// `freehold node add`: take up a host's invitation.
struct NodeAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Take up a host's invitation: one more place to keep the vault.",
    discussion: """
      freehold node add freehold-node:… --name attic
      freehold-node invite --data /srv/freehold --quota 10GiB | freehold node add -

      The line holds a secret for one vault; - reads it from the standard input.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "What you call the node; node1, node2, … otherwise.")
  var name: String?

  @Option(help: "Where it is; nodes of one region count as one risk.")
  var region: String?

  @Option(help: "Who runs it; nodes of one operator count as one risk.")
  var `operator`: String?

  @Argument(help: "The line that the host printed, or -.")
  var invitation: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let line = invitation == "-" ? readLine() ?? "" : invitation
    let place = try session.place(dir)
    let invitation: Invitation
    do {
      invitation = try Invitation(line: line)
    } catch {
      throw FreeholdError(
        .usage, "that is no invitation: \(FreeholdError.words(error))",
        hint: "the host prints one with freehold-node invite; copy the whole line")
    }
    let (name, region, operatorName) = (name, region, `operator`)
    let (node, redundancy, count) = try await session.withVault(place) { vault in
      let node = try await vault.addNode(
        invitation, name: name, region: region, operatorName: operatorName)
      return (node, await vault.redundancy(), await vault.nodes().count)
    }
    guard !common.json else { return try session.console.data(node.json) }
    let quota = node.quotaBytes.map { ", \(Wording.size($0)) for this vault" } ?? ""
    session.console.talk("added \(NamePath.line(node.name)) at \(NamePath.line(node.url))\(quota)")
    let missing = redundancy.total - count
    session.console.talk(
      missing > 0
        ? "any \(redundancy.needed) of \(redundancy.total) is set: "
          + "\(Wording.count(missing, "node")) more, then freehold sync"
        : "any \(redundancy.needed) of \(redundancy.total) will bring everything back; next: "
          + "freehold sync")
  }
}

extension NodeSummary {
  /// The node as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("did", .text(did.text)), ("url", .text(url)),
      ("region", .text(region)), ("operator", .text(operatorName)),
      ("quotaBytes", .number(quotaBytes)),
    ])
  }
}
