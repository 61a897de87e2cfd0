import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold contact`: the people whom you know.
struct ContactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "The people you share with: note a card, list them.",
    discussion: """
      freehold contact add bob bob.card
      freehold contact list

      Your other devices know them too. freehold card makes the card.
      """,
    subcommands: [ContactAddCommand.self, ContactListCommand.self])
}

/// `freehold contact add`: note a person's card.
struct ContactAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Note a person's card under a name.",
    discussion: """
      freehold contact add bob bob.card

      Compare the six words with bob, by telephone or face to face: the same words mean the same
      keys. A newer card of bob's takes the place of the old one; a card of somebody else does not.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "What you call the person.")
  var name: String

  @Argument(help: ArgumentHelp("The card.", valueName: "file"))
  var file: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let card = try PersonCard(text: try SharedText.take(file, session))
    let contact = try await session.withVault(place) { try await $0.addContact(name, card) }
    guard !common.json else { return try session.console.data(contact.json) }
    let words = contact.card.words.joined(separator: " ")
    session.console.talk("\(NamePath.line(name)) calls itself \(NamePath.line(card.name))")
    session.console.talk("  words: \(words)")
    session.console.talk("compare them with \(NamePath.line(name)) before you share anything")
  }
}

/// `freehold contact list`: the people, with their words.
struct ContactListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the people you know, with the words of their cards.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let contacts = try await session.withVault(place) { await $0.contacts() }
    guard !common.json else {
      return try session.console.data(.object([("contacts", .array(contacts.map(\.json)))]))
    }
    let width = contacts.map { NamePath.line($0.name).count }.max() ?? 0
    for contact in contacts {
      try session.console.data(
        Wording.pad(NamePath.line(contact.name), width) + "  "
          + Wording.count(contact.card.devices.count, "device") + "  "
          + contact.card.words.joined(separator: " "))
    }
  }
}

extension Contact {
  /// The contact as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("person", .text(card.person.text)),
      ("callsItself", .text(card.name)), ("words", .text(card.words.joined(separator: " "))),
      ("devices", .array(card.devices.map { .text($0.did.text) })),
      ("recovery", .text(card.recovery?.did.text)),
    ])
  }
}
