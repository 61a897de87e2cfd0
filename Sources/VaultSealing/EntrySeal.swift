internal import VaultCrypto
internal import VaultEncoding

/// Sealing of feed entries: padded, then derive-sealed under the epoch's operations key.
///
/// See docs/spec/sealing.md, «Entries».
public enum EntrySeal {
  /// No entry is longer before it is sealed.
  public static let plaintextBytesMax = OperationsSeal.plaintextBytesMax
  static let label = "vault/v1/op"

  /// Seals an entry; throws `tooLong` above 8 MiB and `epochOrder` when the key is not the one that
  /// the context names.
  ///
  /// O(plaintext).
  public static func seal(
    _ plaintext: [UInt8], key: EpochKey, context: EntryContext,
    using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    try parts(context).seal(plaintext, key: key, using: &generator)
  }

  /// Opens an entry.
  ///
  /// Throws `cannotOpen` for another key, context or changed bytes, `paddingRefused` for an
  /// author who does not pad by the rules, `epochOrder` when the key is of another epoch.
  public static func open(
    _ sealed: [UInt8], key: EpochKey, context: EntryContext
  ) throws(SealingError) -> [UInt8] {
    try parts(context).open(sealed, key: key)
  }

  private static func parts(_ context: EntryContext) -> OperationsSeal {
    OperationsSeal(
      thing: "an entry", label: label, scope: context.scope, epoch: context.epoch,
      aad: context.aad)
  }
}
