import VaultEncoding

/// A DID whose text is at hand: a field that says the same text need not be decoded.
///
/// A vault is named twice in each grant of its log.
struct FamiliarDID: Sendable {
  private let did: DID
  private let text: String

  init(_ did: DID) {
    self.did = did
    text = did.text
  }

  /// The DID that a value names, which may be any; nil when it names none.
  func read(_ value: CBORValue) -> DID? {
    // A DID has one text and a text one DID.
    if let other = value.asText, other.isSame(asASCII: text) { return did }
    return value.asDID
  }
}
