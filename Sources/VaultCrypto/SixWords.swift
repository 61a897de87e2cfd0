import VaultEncoding

/// Words that two people read to each other, to see that they have the same thing.
///
/// docs/spec/sharing.md section 4.
public enum SixWords {
  /// How many there are: 66 bits, far more than anybody can search for in the time that it takes to
  /// meet.
  public static let count = 6

  /// The words of something, under a label that says what it is.
  public static func of(_ bytes: [UInt8], label: String) -> [String] {
    let digest = Hash.sha256(Array(label.utf8) + [0] + bytes).bytes
    var words: [String] = []
    var bits = 0
    var pending = 0
    for byte in digest where words.count < count {
      pending = pending << 8 | Int(byte)
      bits += 8
      guard bits >= 11 else { continue }
      bits -= 11
      words.append(String(decoding: EnglishWords.all[pending >> bits], as: UTF8.self))
      pending &= (1 << bits) - 1
    }
    return words
  }
}
