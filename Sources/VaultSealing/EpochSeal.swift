public import VaultCrypto
public import VaultEncoding

/// An epoch key sealed to one reader: a device, or a recovery key.
///
/// `info` is DAG-CBOR `["vault/v1/epoch-seal", vault, scope, epoch]`, `aad` the recipient's DID as
/// text, so a seal cannot be moved to another vault, scope, epoch or reader. It does not say who
/// made it: the policy entry around it is signed. See docs/spec/sealing.md, «Epoch seals».
public struct EpochSeal: Hashable, Sendable {
  /// The length of every seal.
  public static let sealedBytes = HPKESeal.overheadBytes + EpochKey.secretBytes

  /// Whose key it is sealed to.
  public let recipient: DID
  /// Suite, encapsulated key and ciphertext.
  public let sealed: [UInt8]

  /// Takes a seal as it was read; whether it opens is found out by opening it.
  public init(recipient: DID, sealed: [UInt8]) {
    self.recipient = recipient
    self.sealed = sealed
  }

  /// Seals an epoch key to a reader.
  ///
  /// The encapsulation draws randomness from the system.
  public static func make(
    of key: EpochKey, vault: DID, for recipient: DID, to publicKey: KEMPublicKey
  ) throws(SealingError) -> EpochSeal {
    let info = info(vault: vault, scope: key.scope, number: key.number)
    let sealed = try SealingError.translating("an epoch seal") { () throws(CryptoError) in
      try HPKESeal.seal(
        key.secret.exposedCopy(), to: publicKey, info: info, aad: Array(recipient.text.utf8))
    }
    return EpochSeal(recipient: recipient, sealed: sealed)
  }

  /// Opens the seal with the reader's private key.
  ///
  /// Throws `suiteUnknown` for other algorithms, `cannotOpen` for another key, another context or
  /// changed bytes.
  public func open(
    with key: KEMKey, vault: DID, scope: ScopeID, number: UInt64
  ) throws(SealingError) -> EpochKey {
    let info = Self.info(vault: vault, scope: scope, number: number)
    let secret = try SealingError.translating("an epoch seal") { () throws(CryptoError) in
      try HPKESeal.open(sealed, with: key, info: info, aad: Array(recipient.text.utf8))
    }
    return try EpochKey(
      scope: scope, number: number, secret: SecretBytes(secret, residence: .locked))
  }

  private static func info(vault: DID, scope: ScopeID, number: UInt64) -> [UInt8] {
    DAGCBOR.encode(
      .array([
        .text("vault/v1/epoch-seal"), .text(vault.text), .bytes(scope.bytes), .unsigned(number),
      ]))
  }
}
