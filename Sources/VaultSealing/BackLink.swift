internal import VaultCrypto
public import VaultEncoding

/// The key of an earlier epoch, sealed under a later one, so that the newest key reads history.
///
/// Never the other way round: an old key opens nothing newer. An epoch that succeeds two concurrent
/// ones carries a link to each. See docs/spec/sealing.md, «Back-links».
public enum BackLink {
  static let label = "vault/v1/back-link"
  /// The length of every link.
  public static let sealedBytes = DeriveSeal.overheadBytes + EpochKey.secretBytes

  /// Seals `earlier` under `later`; throws `epochOrder` unless they are of one scope in this order.
  public static func seal(
    _ earlier: EpochKey, under later: EpochKey, vault: DID,
    using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    guard earlier.scope == later.scope, earlier.number < later.number else {
      throw SealingError(.epochOrder, "a back-link leads to an earlier epoch of its scope")
    }
    let aad = context(later, number: earlier.number, vault: vault)
    do {
      return try DeriveSeal.seal(
        earlier.secret.exposedCopy(), key: later.backLinks, label: label, aad: aad,
        using: &generator)
    } catch {
      throw SealingError(error, "a back-link")
    }
  }

  /// Opens the link from `later` to the epoch `number`.
  public static func open(
    _ sealed: [UInt8], under later: EpochKey, number: UInt64, vault: DID
  ) throws(SealingError) -> EpochKey {
    guard number < later.number else {
      throw SealingError(.epochOrder, "a back-link leads to an earlier epoch of its scope")
    }
    let aad = context(later, number: number, vault: vault)
    let secret = try SealingError.translating("a back-link") { () throws(CryptoError) in
      try DeriveSeal.open(sealed, key: later.backLinks, label: label, aad: aad)
    }
    return try EpochKey(
      scope: later.scope, number: number, secret: SecretBytes(secret, residence: .locked))
  }

  private static func context(_ later: EpochKey, number: UInt64, vault: DID) -> [UInt8] {
    DAGCBOR.encode(
      .array([
        .text(label), .text(vault.text), .bytes(later.scope.bytes), .unsigned(later.number),
        .unsigned(number),
      ]))
  }
}
