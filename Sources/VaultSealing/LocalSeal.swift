public import VaultCrypto

/// Sealing of what a device keeps to itself: columns and files of the local database.
///
/// A value is bound to its column and to its row, so values cannot be exchanged inside a stolen
/// database. Lengths are not hidden. See docs/spec/sealing.md, «Local values».
public enum LocalSeal {
  /// How many bytes a sealed value is longer than its plaintext.
  public static let overheadBytes = DeriveSeal.overheadBytes

  /// Seals a value of a column; `row` is whatever names the row, and may be empty.
  ///
  /// A long value that is handed over (`consume`) is sealed where it lies.
  public static func seal(
    _ plaintext: consuming [UInt8], storeKey: SecretBytes, column: String, row: [UInt8],
    using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    do {
      return try DeriveSeal.seal(
        plaintext, key: storeKey, label: label(column), aad: row, using: &generator)
    } catch {
      throw SealingError(error, "a local value")
    }
  }

  /// Opens a value; throws `cannotOpen` for another key, column or row, or changed bytes.
  ///
  /// A long value that is handed over (`consume`) is opened where it lies.
  public static func open(
    _ sealed: consuming [UInt8], storeKey: SecretBytes, column: String, row: [UInt8]
  ) throws(SealingError) -> [UInt8] {
    do {
      return try DeriveSeal.open(sealed, key: storeKey, label: label(column), aad: row)
    } catch {
      throw SealingError(error, "a local value")
    }
  }

  private static func label(_ column: String) -> String { "vault/v1/local/" + column }
}
