public import VaultCrypto
import VaultEncoding

/// Lets somebody in: a delegation, and what the log needs to know besides.
public struct GrantBody: Hashable, Sendable {
  private static let schema = CBORSchema(required: ["ucan", "to", "rank", "kem"])

  /// What is delegated.
  ///
  /// Its signature is checked when the entry is added to a log.
  public let delegation: Delegation
  /// The rank of a manager, greater than the giver's; nil for everybody else.
  public let rank: UInt64?
  /// Where epoch keys are sealed to; nil for who reads nothing.
  public let kem: KEMPublicKey?

  /// Puts a grant together.
  public init(delegation: Verified<Delegation>, rank: UInt64?, kem: KEMPublicKey?) {
    self.delegation = delegation.token
    self.rank = rank
    self.kem = kem
  }

  var value: CBORValue {
    .map([
      ("ucan", .bytes(delegation.envelope.bytes)), ("to", .did(delegation.audience)),
      ("rank", rank.map { .unsigned($0) } ?? .null),
      ("kem", kem.map { .bytes($0.bytes) } ?? .null),
    ])
  }

  init(_ value: CBORValue, isTrusted: Bool, vault: FamiliarDID?) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "grant", Self.schema)
    let bytes = try fields.required("ucan", \.asBytes)
    do {
      delegation = try Delegation(decoding: bytes, subject: vault)
    } catch {
      throw PolicyError(.malformed, "the delegation of the grant is refused: \(error.sentence)")
    }
    rank = try fields.orNull("rank") { value in
      value.asUInt.flatMap { (1...PolicyLimits.numberMax).contains($0) ? $0 : nil }
    }
    // To find out whether a key is one costs more than all the rest of an entry.
    kem = try fields.orNull("kem") { value in
      isTrusted ? value.asBytes.flatMap { try? KEMPublicKey(trusting: $0) } : value.asKEMPublicKey
    }
    // A DID has one text.
    let to = try fields.required("to", \.asText)
    guard delegation.envelope.payload["aud"]?.asText?.hasSameBytes(as: to) ?? false else {
      throw fields.wrong("to")
    }
  }
}
