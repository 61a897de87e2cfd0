internal import VaultCrypto
internal import VaultEncoding

/// Sealing of feed entries: padded, then derive-sealed under the epoch's operations key.
///
/// See docs/spec/sealing.md, «Entries».
public enum EntrySeal {
  /// No entry is longer before it is sealed.
  public static let plaintextBytesMax = 8 << 20
  static let label = "vault/v1/op"

  /// Seals an entry; throws `tooLong` above 8 MiB and `epochOrder` when the key is not the one that
  /// the context names.
  ///
  /// O(plaintext).
  public static func seal(
    _ plaintext: [UInt8], key: EpochKey, context: EntryContext,
    using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    guard plaintext.count <= plaintextBytesMax else {
      throw SealingError(.tooLong, "an entry has \(plaintext.count) bytes")
    }
    try check(key, context)
    do {
      return try DeriveSeal.seal(
        PaddedPlaintext.pad(plaintext), key: key.operations, label: label, aad: context.aad,
        using: &generator)
    } catch {
      throw SealingError(error, "an entry")
    }
  }

  /// Opens an entry.
  ///
  /// Throws `cannotOpen` for another key, context or changed bytes, `paddingRefused` for an
  /// author who does not pad by the rules, `epochOrder` when the key is of another epoch.
  public static func open(
    _ sealed: [UInt8], key: EpochKey, context: EntryContext
  ) throws(SealingError) -> [UInt8] {
    try check(key, context)
    let padded = try SealingError.translating("an entry") { () throws(CryptoError) in
      try DeriveSeal.open(sealed, key: key.operations, label: label, aad: context.aad)
    }
    return try PaddedPlaintext.unpad(padded)
  }

  private static func check(_ key: EpochKey, _ context: EntryContext) throws(SealingError) {
    guard key.scope == context.scope, key.number == context.epoch else {
      throw SealingError(.epochOrder, "an entry of epoch \(context.epoch) needs that epoch's key")
    }
  }
}
