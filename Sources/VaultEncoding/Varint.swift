/// Unsigned variable-length integers of multiformats: seven bits a byte, low bits first, at most
/// nine bytes (63 bits), shortest form only.
///
/// docs/spec/encoding.md, "Varint".
public enum Varint {
  /// The longest form: nine bytes hold 63 bits.
  public static let bytesMax = 9
  /// The greatest number that can be written: 2^63 − 1.
  public static let valueMax = UInt64(Int64.max)

  /// The shortest form of a number; nil above `valueMax`.
  public static func encode(_ value: UInt64) -> [UInt8]? {
    guard value <= valueMax else { return nil }
    var writer = ByteWriter(capacity: bytesMax)
    writer.writeVarint(value)
    return writer.bytes
  }

  /// Reads a number that fills the bytes exactly.
  public static func decode(_ bytes: [UInt8]) throws(VarintError) -> UInt64 {
    let (value, end) = try decodePrefix(bytes, at: 0)
    guard end == bytes.count else { throw .trailingBytes }
    return value
  }

  /// Reads a number that starts at an offset, and says where it ends.
  public static func decodePrefix(
    _ bytes: [UInt8], at offset: Int
  ) throws(VarintError) -> (value: UInt64, end: Int) {
    guard offset >= 0 else { throw .truncated }
    var value: UInt64 = 0
    var position = offset
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard position < bytes.count else { throw .truncated }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 || shift == 0 else { throw .notShortest }
        return (value, position)
      }
    }
    throw .tooLong
  }
}
