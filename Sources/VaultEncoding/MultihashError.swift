/// Why bytes are no multihash.
public enum MultihashError: Error, Hashable, Sendable {
  /// The code or the length is no varint.
  case varint(VarintError)
  /// The digest is longer than `Multihash.digestBytesMax`.
  case digestTooLong
  /// The bytes end inside the digest.
  case truncated
  /// Bytes follow the digest.
  case trailingBytes
}
