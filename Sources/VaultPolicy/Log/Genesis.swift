public import VaultCrypto
public import VaultEncoding

/// The beginning of a vault: root's keys, signed by root.
///
/// docs/spec/policy.md, "Genesis".
public struct Genesis: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/genesis@1"
  private static let schema = CBORSchema(required: ["vault", "kem", "mldsa", "time"])

  /// The vault, named by root's signing key.
  public let vault: DID
  /// Every epoch key is sealed to it.
  public let kem: KEMPublicKey
  /// The SHA-256 of the ML-DSA-65 key that may one day take root's place.
  public let mldsaPublicKeyHash: Bytes32
  /// When the vault was made; for people only.
  public let time: Timestamp
  /// The signed bytes.
  public let bytes: [UInt8]
  /// Names the genesis.
  public let cid: CID

  /// Reads a genesis and checks its signature.
  public init(decoding bytes: [UInt8]) throws(PolicyError) {
    let envelope = try Envelope.policy(bytes, tag: Self.tag)
    let fields = try PolicyFields(envelope.payload, of: "genesis", Self.schema)
    vault = try fields.required("vault", \.asDID)
    kem = try fields.required("kem", \.asKEMPublicKey)
    mldsaPublicKeyHash = try fields.required("mldsa", \.asBytes32)
    time = Timestamp(milliseconds: try fields.required("time", \.asInt))
    guard vault.verifies(envelope.signature, over: envelope.signedBytes) else {
      throw PolicyError(.invalidSignature, "the genesis is not signed by the vault's root")
    }
    self.bytes = bytes
    cid = envelope.cid
  }

  /// Signs a genesis.
  public static func issue(
    root: SigningKey, kem: KEMPublicKey, mldsaPublicKeyHash: Bytes32, time: Timestamp
  ) throws(PolicyError) -> Genesis {
    let payload = CBORValue.map([
      ("vault", .did(root.did)), ("kem", .bytes(kem.bytes)), ("mldsa", .bytes(mldsaPublicKeyHash)),
      ("time", .int(time.milliseconds)),
    ])
    return try Genesis(decoding: Envelope.policySigned(tag: tag, payload: payload, by: root).bytes)
  }
}

extension CBORValue {
  /// The KEM key, if the value is the bytes of one.
  var asKEMPublicKey: KEMPublicKey? {
    asBytes.flatMap { bytes in
      bytes.count == KEMPublicKey.byteCount ? try? KEMPublicKey(bytes) : nil
    }
  }
}

extension Envelope {
  /// Reads an envelope of one tag, of at most an entry's size.
  static func policy(_ bytes: [UInt8], tag: String) throws(PolicyError) -> Envelope {
    let limits = CBORLimits(
      bytesMax: PolicyLimits.entryBytesMax, depthMax: 32, itemsMax: 1 << 14)
    guard let envelope = try? Envelope(decoding: bytes, limits: limits),
      envelope.tag == tag
    else { throw PolicyError(.malformed, "the bytes are not a \(tag)") }
    return envelope
  }

  /// Signs a payload.
  static func policySigned(
    tag: String, payload: CBORValue, by key: SigningKey
  ) throws(PolicyError) -> Envelope {
    do {
      return try signed(tag: tag, payload: payload, by: key)
    } catch {
      throw PolicyError(.cannotAuthor, "the \(tag) cannot be signed: \(error.message)")
    }
  }
}
