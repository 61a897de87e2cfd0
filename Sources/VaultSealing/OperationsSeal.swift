internal import VaultCrypto
internal import VaultEncoding

/// Sealing under an epoch's operations key: padded, then derive-sealed, for one scope and epoch.
///
/// Entries and pieces of checkpoints are sealed so, each under a label of its own
/// (docs/spec/sealing.md).
struct OperationsSeal {
  /// Nothing is longer before it is sealed.
  static let plaintextBytesMax = 8 << 20

  /// What is sealed, for errors: «an entry».
  let thing: String
  /// The label of the key.
  let label: String
  /// Where it belongs.
  let scope: ScopeID
  /// The epoch whose key seals it.
  let epoch: UInt64
  /// Where it belongs, in full.
  let aad: [UInt8]

  /// Seals.
  ///
  /// Throws `tooLong` above 8 MiB and `epochOrder` when the key is not the one of the epoch.
  func seal(
    _ plaintext: [UInt8], key: EpochKey, using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    guard plaintext.count <= Self.plaintextBytesMax else {
      throw SealingError(.tooLong, "\(thing) has \(plaintext.count) bytes")
    }
    try check(key)
    do {
      return try DeriveSeal.seal(
        PaddedPlaintext.pad(plaintext), key: key.operations, label: label, aad: aad,
        using: &generator)
    } catch {
      throw SealingError(error, thing)
    }
  }

  /// Opens.
  ///
  /// Throws `cannotOpen` for another key, context or changed bytes, `paddingRefused` for an author
  /// who does not pad by the rules, `epochOrder` when the key is of another epoch.
  func open(_ sealed: [UInt8], key: EpochKey) throws(SealingError) -> [UInt8] {
    try check(key)
    let padded = try SealingError.translating(thing) { () throws(CryptoError) in
      try DeriveSeal.open(sealed, key: key.operations, label: label, aad: aad)
    }
    return try PaddedPlaintext.unpad(padded)
  }

  private func check(_ key: EpochKey) throws(SealingError) {
    guard key.scope == scope, key.number == epoch else {
      throw SealingError(.epochOrder, "\(thing) of epoch \(epoch) needs that epoch's key")
    }
  }
}
