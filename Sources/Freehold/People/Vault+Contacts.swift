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
    tree.settings(prefix: Contact.prefix).compactMap { key, value in
      guard let card = try? PersonCard(decoding: value) else { return nil }
      let name = String(decoding: key.dropFirst(Contact.prefix.count), as: UTF8.self)
      return Contact(name: name, card: card)
    }
  }

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
  func personName(_ did: DID) -> String {
    contacts().first { $0.card.members.contains { $0.did == did } }?.name
      ?? deviceLabel(did.key)
  }
}
