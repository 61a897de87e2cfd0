import ArgumentParser

/// `freehold-node`: hosts a storage node.
struct NodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freehold-node",
    abstract: "Host encrypted vaults for others: store ciphertext, see nothing, prove it.",
    discussion: """
      Start in a minute:
        freehold-node init --data /srv/freehold --size 100GiB \\
          --listen 0.0.0.0:7400 --url https://node.example:7400
        freehold-node invite --data /srv/freehold --quota 10GiB
        freehold-node serve --data /srv/freehold

      The line that `invite` prints is for one customer: `freehold node add LINE`.
      Exit codes: 0 done, 1 failed, 2 usage, 3 done in part, 10 no node there,
      11 busy, 15 damaged shards, 16 no space, 130 interrupted.
      """,
    subcommands: [
      InitCommand.self, ServeCommand.self, InviteCommand.self, TenantsCommand.self,
      ScrubCommand.self, ConfigCommand.self, VersionCommand.self,
    ])
}
