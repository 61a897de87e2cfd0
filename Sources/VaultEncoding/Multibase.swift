/// Bytes as text whose first character names the base.
///
/// docs/spec/encoding.md, "Multibase".
public enum Multibase {
  /// The bases, by the character that names them.
  public enum Base: Character, CaseIterable, Sendable {
    case base2 = "0"
    case base8 = "7"
    case base10 = "9"
    case base16 = "f"
    case base16upper = "F"
    case base32 = "b"
    case base32upper = "B"
    case base32pad = "c"
    case base32padupper = "C"
    case base32hex = "v"
    case base32hexupper = "V"
    case base32hexpad = "t"
    case base32hexpadupper = "T"
    case base32z = "h"
    case base36 = "k"
    case base36upper = "K"
    case base58btc = "z"
    case base58flickr = "Z"
    case base64 = "m"
    case base64pad = "M"
    case base64url = "u"
    case base64urlpad = "U"
  }

  /// Writes bytes in a base, with the character that names it.
  public static func encode(_ bytes: some Collection<UInt8>, as base: Base) -> String {
    String(base.rawValue) + encodeBare(bytes, as: base)
  }

  /// Writes bytes in a base, without the character that names it.
  public static func encodeBare(_ bytes: some Collection<UInt8>, as base: Base) -> String {
    // Generic code is slow across modules, arrays are not.
    let bytes = Array(bytes)
    let text =
      switch base.codec {
      case .bits(let codec): codec.encode(bytes)
      case .positional(let codec): codec.encode(bytes)
      }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads text in the base that its first character names; U+0000 is the identity base.
  public static func decode(_ text: String) throws(MultibaseError) -> [UInt8] {
    guard let first = text.unicodeScalars.first else { throw .empty }
    if first == "\0" { return Array(text.utf8.dropFirst()) }
    guard let base = Base(rawValue: Character(first)) else { throw .unknownBase }
    return try decode(Array(text.utf8).dropFirst(), as: base)
  }

  /// Reads text that does not name its base.
  public static func decodeBare(
    _ text: String, as base: Base
  ) throws(MultibaseError) -> [UInt8] {
    try decode(Array(text.utf8)[...], as: base)
  }

  /// Bytes that are valid UTF-8 in the identity base; nil for others, which no text can hold.
  public static func encodeIdentity(_ bytes: some Collection<UInt8>) -> String? {
    String(validating: [0] + Array(bytes), as: UTF8.self)
  }

  static func decode(
    _ text: ArraySlice<UInt8>, as base: Base
  ) throws(MultibaseError) -> [UInt8] {
    switch base.codec {
    case .bits(let codec): try codec.decode(text)
    case .positional(let codec): try codec.decode(text)
    }
  }
}
