public import VaultCrypto

/// An error of this module: what was refused and where, never a secret.
///
/// Two errors are equal when their codes are equal; the sentence is for people.
public struct SealingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of refusal.
  public let code: Code
  /// A sentence without capital and full stop.
  public let message: String
  /// What the layer below said.
  public let cause: CryptoError?

  /// Makes an error from its kind, a sentence and a cause.
  public init(_ code: Code, _ message: String, cause: CryptoError? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The code's name and the sentence.
  public var description: String { "\(code): \(message)" }

  /// Whether the codes are equal; sentences and causes may differ.
  public static func == (left: SealingError, right: SealingError) -> Bool {
    left.code == right.code
  }

  /// The kinds of refusal; open, so that a later version may add one.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name, as written in the documentation.
    public let description: String

    private init(_ name: String) {
      description = name
    }

    /// A sealed thing does not open: other key, other context, or changed bytes.
    public static let cannotOpen = Code("cannotOpen")
    /// A seal names algorithms that this version does not have.
    public static let suiteUnknown = Code("suiteUnknown")
    /// A key has the wrong length, or nothing can be sealed to it.
    public static let keyRefused = Code("keyRefused")
    /// What was opened is authentic but not padded by the rules.
    public static let paddingRefused = Code("paddingRefused")
    /// A plaintext is longer than its kind allows.
    public static let tooLong = Code("tooLong")
    /// What was opened is not what the manifest names: the hash differs.
    public static let hashDiffers = Code("hashDiffers")
    /// Two epoch keys do not belong to one scope in this order.
    public static let epochOrder = Code("epochOrder")
  }
}

extension SealingError {
  /// Says in this module's terms why a seal was not made or not opened.
  init(_ cause: CryptoError, _ what: String) {
    switch cause.code {
    case .suiteUnknown: self.init(.suiteUnknown, "\(what) names unknown algorithms", cause: cause)
    case .keyRefused: self.init(.keyRefused, "\(what) has a key that is refused", cause: cause)
    default: self.init(.cannotOpen, "\(what) does not open", cause: cause)
    }
  }

  /// Runs `body` and translates what the layer below throws.
  static func translating<R>(
    _ what: String, _ body: () throws(CryptoError) -> R
  ) throws(SealingError) -> R {
    do {
      return try body()
    } catch {
      throw SealingError(error, what)
    }
  }
}
