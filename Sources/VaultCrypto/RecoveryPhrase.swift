/// The 24 words that are a vault's root: whoever has them has the vault.
///
/// See docs/spec/keys.md, «Recovery phrase».
public struct RecoveryPhrase: Sendable, Concealed, Equatable {
  /// How many words there are.
  public static let wordCount = 24
  /// The length of the secret that the words stand for.
  public static let entropyBytes = 32
  /// No phrase of 24 words is longer; checked before anything is split.
  static let textBytesMax = 1024

  /// The secret that the words stand for.
  public let entropy: SecretBytes

  /// Makes the phrase of 32 bytes; throws `phraseLength` for another length.
  public init(entropy: SecretBytes) throws(CryptoError) {
    guard entropy.count == Self.entropyBytes else {
      throw CryptoError(.phraseLength, "a phrase stands for 32 bytes, not \(entropy.count)")
    }
    self.entropy = entropy
  }

  /// Reads a typed phrase: any white space, any case, words in full or by their first four letters.
  ///
  /// Throws `phraseLength`, `phraseWord` (with the word's place, never the word) or
  /// `phraseChecksum`.
  public init(_ typed: String) throws(CryptoError) {
    guard typed.utf8.count <= Self.textBytesMax else {
      throw CryptoError(.phraseLength, "a phrase of 24 words is shorter than this text")
    }
    let words = typed.split(whereSeparator: \.isWhitespace).map { Array($0.lowercased().utf8) }
    guard words.count == Self.wordCount else {
      throw CryptoError(.phraseLength, "a phrase has 24 words, not \(words.count)")
    }
    entropy = try BIP39.entropy(of: words)
  }

  /// Draws a new phrase from a generator.
  public static func generate(
    using generator: inout some RandomNumberGenerator
  ) -> RecoveryPhrase {
    RecoveryPhrase(
      drawn: .generate(count: entropyBytes, residence: .locked, using: &generator))
  }

  private init(drawn entropy: SecretBytes) {
    self.entropy = entropy
  }

  /// The words, for the recovery sheet and nothing else.
  public func exposedWords() -> [String] {
    BIP39.words(of: entropy)
  }
}
