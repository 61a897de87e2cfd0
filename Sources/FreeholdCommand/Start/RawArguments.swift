/// The arguments as text that loses no byte.
///
/// Names on Linux are bytes, and the parser takes text. Bytes that are not UTF-8 travel as scalars
/// of a private plane, U+10F800 plus the byte, and so do the bytes of such a scalar itself, so that
/// the way there and back is exact: `[0x61, 0xE9]` is "a\u{10F8E9}".
enum RawArguments {
  private static let base: UInt32 = 0x10F800

  /// What this process was given, without its own name.
  static func ofThisProcess() -> [String] {
    var arguments: [String] = []
    var index = 1
    while index < Int(CommandLine.argc), let pointer = CommandLine.unsafeArgv[index] {
      arguments.append(text(of: bytes(at: pointer)))
      index += 1
    }
    return arguments
  }

  /// Text that stands for the bytes.
  static func text(of bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
    while let first = rest.first {
      var decoder = UTF8()
      var iterator = rest.prefix(4).makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator), !isStandIn(scalar) {
        text.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text.append(standIn(for: first))
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The bytes that the text stands for.
  static func bytes(of text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if isStandIn(scalar) {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value - base))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }

  /// The bytes of a C string.
  static func bytes(at pointer: UnsafePointer<CChar>) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while pointer[index] != 0 {
      bytes.append(UInt8(bitPattern: pointer[index]))
      index += 1
    }
    return bytes
  }

  private static func isStandIn(_ scalar: Unicode.Scalar) -> Bool {
    (base...base + 0xFF).contains(scalar.value)
  }

  private static func standIn(for byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(base + UInt32(byte)) ?? "\u{FFFD}"
  }
}
