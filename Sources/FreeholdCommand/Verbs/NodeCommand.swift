import ArgumentParser

/// `freehold node`: where the vault is kept.
struct NodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node", abstract: "The nodes that keep the vault: add, list, remove, probe.",
    discussion: """
      freehold node add INVITATION --name attic
      freehold node list
      freehold node probe
      freehold node remove attic
      """,
    subcommands: [
      NodeAddCommand.self, NodeListCommand.self, NodeRemoveCommand.self, NodeProbeCommand.self,
    ])
}
