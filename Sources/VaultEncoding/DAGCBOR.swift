/// The one binary form of a `CBORValue`: strict DAG-CBOR.
///
/// docs/spec/encoding.md, "DAG-CBOR".
///
/// Each value has exactly one encoding and the decoder takes no other, so decoding and encoding
/// again gives the same bytes, and a signature over a value is a signature over its bytes.
public enum DAGCBOR {
  /// The bytes of a value.
  ///
  /// A float that is not finite is our mistake and traps.
  ///
  /// O(size).
  public static func encode(_ value: CBORValue) -> [UInt8] {
    var output = CBOROutput()
    output.write(value)
    return output.bytes
  }

  /// Reads a value that fills the bytes exactly.
  public static func decode(
    _ bytes: [UInt8], limits: CBORLimits = .standard
  ) throws(CBORError) -> CBORValue {
    let (value, end) = try decodePrefix(bytes, at: 0, limits: limits)
    guard end == bytes.count else { throw CBORError(.trailingBytes, at: end) }
    return value
  }

  /// Reads a value that starts at an offset, and says where it ends: for sequences of values.
  ///
  /// The limits hold for each value, not for the sequence; `bytesMax` for all bytes from the
  /// offset.
  public static func decodePrefix(
    _ bytes: [UInt8], at offset: Int = 0, limits: CBORLimits = .standard
  ) throws(CBORError) -> (value: CBORValue, end: Int) {
    guard offset >= 0, offset < bytes.count else { throw CBORError(.truncated, at: bytes.count) }
    guard bytes.count - offset <= limits.bytesMax else {
      throw CBORError(.tooManyBytes, at: offset)
    }
    var input = CBORInput(bytes, at: offset, limits: limits)
    let value = try input.readRoot()
    return (value, input.offset)
  }
}
