/// An error of this module: what was refused and where, never a secret.
///
/// Two errors are equal when their codes are equal; the sentence is for people.
public struct CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of refusal.
  public let code: Code
  /// A sentence without capital and full stop.
  public let message: String

  /// Makes an error from its kind and a sentence.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code's name and the sentence.
  public var description: String { "\(code): \(message)" }

  /// Whether the codes are equal; sentences may differ.
  public static func == (left: CryptoError, right: CryptoError) -> Bool {
    left.code == right.code
  }

  /// The kinds of refusal; open, so that a later version may add one.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name, as written in the documentation.
    public let description: String

    private init(_ name: String) {
      description = name
    }

    /// A key has the wrong length or is not a valid key of its kind.
    public static let keyRefused = Code("keyRefused")
    /// A sealed thing does not open: other key, other context, or changed bytes.
    ///
    /// Which of them is deliberately not told.
    public static let cannotOpen = Code("cannotOpen")
    /// A seal names algorithms that this version does not have.
    public static let suiteUnknown = Code("suiteUnknown")
    /// A signature is not one by this key over these bytes.
    public static let signatureRefused = Code("signatureRefused")
    /// A signed payload cannot be written as an envelope.
    public static let payloadRefused = Code("payloadRefused")
    /// A recovery phrase has the wrong number of words.
    public static let phraseLength = Code("phraseLength")
    /// A word of a recovery phrase is not in the list.
    public static let phraseWord = Code("phraseWord")
    /// The words are in the list, but the checksum says that one is wrong or out of place.
    public static let phraseChecksum = Code("phraseChecksum")
    /// A passphrase is needed and none was given.
    public static let passphraseNeeded = Code("passphraseNeeded")
    /// The file is intact and the passphrase is not the one that it was sealed under.
    public static let passphraseWrong = Code("passphraseWrong")
    /// Argon2id parameters are outside the bounds of this version.
    public static let parametersRefused = Code("parametersRefused")
    /// There is not enough memory for the parameters.
    public static let memoryShort = Code("memoryShort")
    /// A device key file is not one, or was damaged.
    public static let keyFileBroken = Code("keyFileBroken")
  }
}
