/// Why bytes are no envelope.
public enum EnvelopeError: Error, Hashable, Sendable {
  /// The bytes are no DAG-CBOR.
  case encoding(CBORError)
  /// The value is not a list of two.
  case notAPair
  /// The first element is not 64 bytes.
  case notASignature
  /// The second element is not a map with two keys.
  case notTwoKeys
  /// The header `h` is missing or names another kind of signature.
  case otherHeader
  /// The tag is too long or has a character that tags have not.
  case invalidTag
}
