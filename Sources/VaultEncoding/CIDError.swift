/// Why bytes or text are no CID.
public enum CIDError: Error, Hashable, Sendable {
  /// The length is not that of a CID.
  case wrongLength
  /// The version is neither 1 nor, where it is allowed, 0.
  case unsupportedVersion
  /// The codec is none of those that Freehold writes.
  case unsupportedCodec
  /// The hash is not SHA-256.
  case unsupportedHash
  /// The text is in a base that is not used for CIDs here.
  case unsupportedBase
  /// The text is no multibase text, or not the canonical one.
  case multibase(MultibaseError)
  /// A number is no varint.
  case varint(VarintError)
  /// The hash is no multihash.
  case multihash(MultihashError)
}
