import ArgumentParser
import Freehold
import VaultEnvironment

/// `freehold recover`: bring a vault back from the 24 words and one of its nodes.
struct RecoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Bring a vault back from its 24 words and one of its nodes.",
    discussion: """
      freehold recover ~/vault --phrase-file sheet --node https://nas.example.org:7400
      freehold recover ~/vault --phrase-file words --node freehold-node:…
      freehold sync ~/vault                     brings the files

      The file is the recovery sheet, or holds the 24 words alone. One node is enough; it tells of
      the others. This machine becomes a new device, above all others: the old ones stay until
      freehold device revoke puts them out.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("The recovery sheet, or the 24 words.", valueName: "file"))
  var phraseFile: String

  @Option(help: ArgumentHelp("One of the vault's nodes.", valueName: "address|invitation"))
  var node: String

  @Option(help: "What you call this device.")
  var name: String?

  @Flag(help: "Keep the device key without a passphrase, in a file of mode 0600.")
  var noPassphrase = false

  @Argument(help: "The folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    guard let typed = dir ?? common.folder else {
      throw FreeholdError(
        .usage, "into which folder shall the vault come?", hint: "freehold recover DIR …")
    }
    let folder = try NewFolder(typed, session)
    let address = try NodeAddress(node)
    let file = try PhraseFile(phraseFile, disk: session.environment.disk)
    let unlock = try session.unlocking.newOrKnownDevice(
      session.home, withoutPassphrase: noPassphrase)
    let hold = try session.home.hold()
    defer { hold.release() }
    let place = try folder.make()
    let recovery = Recovery(
      phrase: file.phrase, node: address, name: file.vaultName ?? place.ownName,
      deviceName: name ?? HostName.short, folder: place.path.bytes)
    let (vault, others) = try await session.closingNetwork {
      let vault = try await Vault.recover(recovery, in: session.home, unlock: unlock)
      return (vault, try await vault.devices().filter { $0.isActive && !$0.isThis })
    }
    try await session.finishJoining(vault, in: place)
    try session.tellJoined(vault, common)
    guard !others.isEmpty else { return }
    let names = others.map { NamePath.line($0.name) }.joined(separator: ", ")
    session.console.talk("devices that still have access: \(names)")
    session.console.talk("  → freehold device revoke NAME, for each that is lost or stolen")
  }
}
