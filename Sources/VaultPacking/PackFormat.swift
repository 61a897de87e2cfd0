import VaultCrypto
public import VaultEncoding

/// The lengths and the name of packs, docs/spec/packs.md section 3.
public enum PackFormat {
  /// The length of a full pack: 16 MiB.
  public static let capacityBytes = 16 << 20
  /// The length of the smallest pack: 16 KiB.
  public static let partialBytesMin = 16 << 10
  /// The most that this module takes for one pack, so that a length from outside never decides
  /// what is allocated.
  public static let packBytesMax = capacityBytes

  /// The name of a pack: SHA-256 over all its bytes, padding included.
  public static func identifier(of pack: [UInt8]) -> Bytes32 {
    Hash.sha256(pack)
  }

  /// The length that a partial pack is padded to: the least PADMÉ length that holds it, and at
  /// least `partialBytesMin`.
  ///
  /// The padding is at most 6.25 % of the length.
  public static func partialBytes(holding usedBytes: Int) -> Int {
    Padme.paddedLength(max(usedBytes, partialBytesMin))
  }
}
