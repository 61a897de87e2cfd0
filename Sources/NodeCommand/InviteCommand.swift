import ArgumentParser
import StorageNode

/// `freehold-node invite`: prints an invitation for one vault.
struct InviteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Print an invitation for one vault, also while serve runs.",
    discussion: """
      freehold-node invite --data /srv/freehold --quota 10GiB

      The line holds a secret that is not kept here: hand it to one customer and to nobody else.
      """)

  @OptionGroup var options: DataOptions

  @Option(help: ArgumentHelp("Bytes that the vault may store.", valueName: "size"))
  var quota: SizeArgument

  func run() throws {
    let invitation = try options.home().invite(quotaBytes: quota.bytes)
    if options.json {
      Output.data(
        JSON.object([
          ("invitation", .text(invitation)), ("quotaBytes", .number(quota.bytes)),
        ]).text)
    } else {
      Output.talk("for one vault, \(ByteSize.text(quota.bytes)): freehold node add LINE")
      Output.data(invitation)
    }
  }
}
