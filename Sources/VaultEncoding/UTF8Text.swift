/// Text out of bytes that may be anything.
@usableFromInline
enum UTF8Text {
  /// The text in a part of the bytes, or nil when it is not valid UTF-8.
  ///
  /// The part must lie within.
  ///
  /// Nearly all text here is ASCII, for which the standard library's validating initializer spends
  /// most of its time looking up generic metadata.
  @usableFromInline
  static func make(_ bytes: [UInt8], in range: Range<Int>) -> String? {
    var union: UInt8 = 0
    for index in range { union |= bytes[index] }
    if union < 0x80 { return String(decoding: bytes[range], as: UTF8.self) }
    return String(validating: bytes[range], as: UTF8.self)
  }
}
