import ArgumentParser
import Freehold
import VaultCrypto
import VaultEncoding
import VaultEnvironment

/// `freehold card`: what to give to somebody who wants to share a folder with you.
struct CardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card", abstract: "Print your card: what others need to share a folder with you.",
    discussion: """
      freehold card --out me.card
      freehold card --recovery-out words.txt     so that 24 words open what is shared with you, too

      Makes your identity when there is none yet; a vault is not needed. Send the card in any way
      you like, and compare the six words by telephone: they change when somebody changes the card.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "What you call yourself.")
  var name: String?

  @Option(help: ArgumentHelp("Write the card here.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Draw 24 words and write them here, mode 0600.", valueName: "file"))
  var recoveryOut: String?

  @Flag(help: "Keep the device key without a passphrase, in a file of mode 0600.")
  var noPassphrase = false

  func run() async throws {
    let session = try Session(common)
    let unlock = try session.unlocking.newOrKnownDevice(
      session.home, withoutPassphrase: noPassphrase)
    let hold = try session.home.hold()
    defer { hold.release() }
    let phrase = try drawPhrase(session)
    let isNew = try !session.home.hasPerson()
    let card = try session.home.makeCard(
      name: name ?? (isNew ? HostName.short : nil), phrase: phrase, unlock)
    try SharedText.give(card.text, to: out, session)
    let words = card.words.joined(separator: " ")
    guard !common.json else {
      return try session.console.data(
        .object([
          ("person", .text(card.person.text)), ("name", .text(card.name)),
          ("card", .text(card.text)), ("words", .text(words)),
          ("devices", .number(card.devices.count)), ("recovery", .bool(card.recovery != nil)),
        ]))
    }
    if out == nil { try session.console.data(card.text) }
    session.console.talk("this is the card of \(NamePath.line(card.name)); its words: \(words)")
    session.console.talk("whoever gets it compares the words with you: freehold contact add")
    guard card.recovery == nil else { return }
    session.console.talk(
      "without --recovery-out, what is shared with you is lost with this device's key")
  }

  private func drawPhrase(_ session: Session) throws -> RecoveryPhrase? {
    guard let recoveryOut else { return nil }
    let file = try SheetFile(
      DiskPath(HomePlace.absolute(RawArguments.bytes(of: recoveryOut))), isLeft: false)
    var generator = session.environment.makeGenerator()
    let phrase = RecoveryPhrase.generate(using: &generator)
    let words = phrase.exposedWords().joined(separator: " ")
    try file.write("Freehold: the 24 words of a card\n\n\(words)\n")
    return phrase
  }
}
