/// Bytes made safe to show: a file's name must not be able to command a terminal, turn the
/// reading direction round or pass for another name.
///
/// Kept as they are: valid UTF-8 letters, signs, spaces and emoji. Escaped: control characters
/// (`\n`, `\t`, `\x1B`, `\u{85}`), direction marks, line separators, tags and other invisible
/// commands (`\u{202E}`), bytes that are not UTF-8 (`\xE9`), and the backslash itself (`\\`),
/// so that the escaped form stands for one name only.
public enum TerminalText {
  /// The escaped form.
  ///
  /// Complexity: O(bytes).
  public static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      if let scalar = leadingScalar(of: rest) {
        text += escaped(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text += "\\x" + hex(UInt32(first), digits: 2)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The scalar at the start of the bytes, when they begin with valid UTF-8.
  private static func leadingScalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    var decoder = UTF8()
    var iterator = bytes.prefix(4).makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return scalar
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    default: break
    }
    if scalar.value < 0x20 || scalar.value == 0x7F { return "\\x" + hex(scalar.value, digits: 2) }
    return deceives(scalar) ? "\\u{" + hex(scalar.value, digits: 1) + "}" : String(scalar)
  }

  /// Invisible characters that change how others are shown.
  ///
  /// Joiners (U+200C, U+200D) stay: emoji and several scripts need them.
  private static func deceives(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x80...0x9F: true  // C1 controls
    case 0xAD, 0x34F, 0x180E, 0x200B, 0x2060...0x2064, 0xFEFF: true  // nothing to see
    case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F: true  // reading direction
    case 0x2028, 0x2029: true  // line and paragraph separators
    case 0xFFF9...0xFFFB, 0xE0000...0xE007F: true  // annotations, tags
    default: scalar.value & 0xFFFE == 0xFFFE  // never characters
    }
  }

  private static func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
