/// The handful of DER values (X.690) that a self-signed certificate needs.
enum DERWriter {
  static func sequence(_ parts: [[UInt8]]) -> [UInt8] { value(0x30, parts.flatMap { $0 }) }

  static func set(_ parts: [[UInt8]]) -> [UInt8] { value(0x31, parts.flatMap { $0 }) }

  /// An unsigned integer, big-endian; a leading zero keeps it positive.
  static func integer(_ magnitude: [UInt8]) -> [UInt8] {
    var bytes = Array(magnitude.drop { $0 == 0 })
    if bytes.isEmpty || bytes[0] >= 0x80 { bytes.insert(0, at: 0) }
    return value(0x02, bytes)
  }

  /// An object identifier given by its encoded arcs.
  static func identifier(_ encoded: [UInt8]) -> [UInt8] { value(0x06, encoded) }

  static func bitString(_ bytes: [UInt8], unusedBits: UInt8 = 0) -> [UInt8] {
    value(0x03, [unusedBits] + bytes)
  }

  static func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, bytes) }

  static func text(_ text: String) -> [UInt8] { value(0x0C, Array(text.utf8)) }

  static func boolean(_ flag: Bool) -> [UInt8] { value(0x01, [flag ? 0xFF : 0x00]) }

  /// UTCTime until 2049, GeneralizedTime from 2050, as RFC 5280 section 4.1.2.5 wants it.
  ///
  /// `digits` is `YYYYMMDDhhmmss` in UTC.
  static func time(digits: [UInt8]) -> [UInt8] {
    let late = digits.lexicographicallyPrecedes(Array("2050".utf8)) == false
    let zulu = UInt8(ascii: "Z")
    return late ? value(0x18, digits + [zulu]) : value(0x17, Array(digits.dropFirst(2)) + [zulu])
  }

  /// A value with an explicit context tag.
  static func tagged(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    value(0xA0 | number, content)
  }

  /// A primitive value with an implicit context tag.
  static func implicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    value(0x80 | number, content)
  }

  private static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var result = [tag]
    if content.count < 0x80 {
      result.append(UInt8(content.count))
    } else {
      var length: [UInt8] = []
      var rest = content.count
      while rest > 0 {
        length.insert(UInt8(rest & 0xFF), at: 0)
        rest >>= 8
      }
      result.append(0x80 | UInt8(length.count))
      result += length
    }
    return result + content
  }
}
