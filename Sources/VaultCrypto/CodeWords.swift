/// The words of a code that is good for one try: short enough to read out, long enough that one
/// guess is hopeless.
///
/// Each word is one of the 2048 of the recovery phrase: eleven bits.
public struct CodeWords: Sendable, Concealed, Equatable {
  /// How many words a new code has: 22 bits, one chance in four million for the one guess.
  public static let count = 2
  /// A typed code has no more.
  static let countMax = 6
  /// A typed code is no longer.
  static let textBytesMax = 64

  /// What both sides put into the key exchange: the words in full, joined by hyphens.
  public let password: SecretBytes

  /// Draws the words of a new code.
  public static func generate(using generator: inout some RandomNumberGenerator) -> CodeWords {
    let words = (0..<count).map { _ in
      EnglishWords.all[Int(generator.next() % UInt64(EnglishWords.all.count))]
    }
    return CodeWords(words: words)
  }

  /// Reads typed words: any case, in full or by their first four letters, joined by hyphens.
  ///
  /// Throws `phraseLength`, or `phraseWord` with the word's place.
  public init(_ typed: String) throws(CryptoError) {
    guard typed.utf8.count <= Self.textBytesMax else {
      throw CryptoError(.phraseLength, "the words of a code are shorter than that")
    }
    let parts = typed.lowercased().split(separator: "-", omittingEmptySubsequences: false)
    guard (Self.count...Self.countMax).contains(parts.count) else {
      throw CryptoError(.phraseLength, "a code has \(Self.count) words, not \(parts.count)")
    }
    var words: [[UInt8]] = []
    for (place, part) in parts.enumerated() {
      guard let number = EnglishWords.number(of: Array(part.utf8)) else {
        throw CryptoError(.phraseWord, "word \(place + 1) of the code is not in the list")
      }
      words.append(EnglishWords.all[number])
    }
    self.init(words: words)
  }

  private init(words: [[UInt8]]) {
    password = SecretBytes(Array(words.joined(separator: [UInt8(ascii: "-")])))
  }

  /// The words, for the person who reads them out and nothing else.
  public func exposedText() -> String {
    password.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
