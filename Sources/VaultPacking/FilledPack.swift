public import VaultEncoding

/// A finished pack, and where each of its chunks lies.
public struct FilledPack<Label: Sendable>: Sendable {
  /// SHA-256 of the bytes.
  public let identifier: Bytes32
  /// The padded bytes.
  public let bytes: [UInt8]
  /// The bytes that chunks take; the rest is padding.
  public let usedBytes: Int
  /// What the caller named each chunk, and the chunk's range in the pack, by offset.
  public let chunks: [(label: Label, range: Range<Int>)]
}
