import VaultCRDT
import VaultEncoding

/// A person whom the owner knows, under the owner's name for it.
public struct Contact: Hashable, Sendable {
  static let prefix = Array("contact/".utf8)
  static let nameBytesMax = 100

  /// What the owner calls the person.
  public let name: String
  /// The person's card.
  public let card: PersonCard

  static func key(_ name: String) -> [UInt8] { prefix + Array(name.utf8) }
}

extension Vault {
  /// The people whom the owner knows, by name.
  public func contacts() -> [Contact] {
    let settings = tree.settings(prefix: Contact.prefix)
    let contacts = settings.compactMap { key, value -> Contact? in
      guard let card = verifiedCards[value] ?? (try? PersonCard(decoding: value)) else {
        return nil
      }
      let name = String(decoding: key.dropFirst(Contact.prefix.count), as: UTF8.self)
      return Contact(name: name, card: card)
    }
    // Exactly those that are there: reading a card anew is a signature and a KEM key.
    if verifiedCards.count != contacts.count || contacts.contains(where: { !isVerified($0.card) }) {
      verifiedCards = Dictionary(
        contacts.map { ($0.card.bytes, $0.card) }, uniquingKeysWith: { first, _ in first })
    }
    return contacts
  }

  private func isVerified(_ card: PersonCard) -> Bool { verifiedCards[card.bytes] != nil }

  /// Notes a person's card under a name; a newer card of the same person takes the place of an
  /// older one.
  ///
  /// Throws `usage` for a card of another person than the one that the name stands for: that could
  /// be anybody's.
  public func addContact(_ name: String, _ card: PersonCard) throws -> Contact {
    guard !name.isEmpty, name.utf8.count <= Contact.nameBytesMax, !name.contains("/"),
      !name.utf8.contains(where: { $0 < 0x20 })
    else {
      throw FreeholdError(.usage, "a contact's name has 1 to 100 bytes and no slash")
    }
    if let known = contacts().first(where: { $0.name == name }) {
      guard known.card.person == card.person else {
        throw FreeholdError(
          .refused, "\(name) is somebody else already: this card is another person's",
          hint: "compare the words with \(name); another name makes another contact")
      }
      guard known.card.time <= card.time else {
        throw FreeholdError(
          .refused, "that card of \(name) is older than the one that is known",
          hint: "ask \(name) for the newest: freehold card")
      }
    }
    try commit { draft in try draft.setSetting(Contact.key(name), to: card.bytes) }
    return Contact(name: name, card: card)
  }

  /// The contact that a name means.
  func contact(_ name: String) throws -> Contact {
    guard let found = contacts().first(where: { $0.name == name }) else {
      let names = contacts().map(\.name).joined(separator: ", ")
      throw FreeholdError(
        .noSuchVault, "there is no contact called \(name)",
        hint: names.isEmpty
          ? "freehold contact add \(name) FILE, with the card that \(name) gave you"
          : "known are: \(names)")
    }
    return found
  }

  /// What the owner calls somebody: by contact, by device, or by the end of the DID.
  ///
  /// Whoever asks about many hands in `namesOfPeople()`.
  func personName(_ did: DID, among names: [DID: String]? = nil) -> String {
    (names ?? namesOfPeople())[did] ?? deviceLabel(did.key)
  }

  /// For each device of a contact, and what a person's words stand for, the person's name.
  func namesOfPeople() -> [DID: String] {
    Dictionary(
      contacts().flatMap { contact in contact.card.members.map { ($0.did, contact.name) } },
      uniquingKeysWith: { first, _ in first })
  }
}
