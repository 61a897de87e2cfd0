/// Why bytes are no DAG-CBOR value, and where.
public struct CBORError: Error, Hashable, Sendable {
  /// Why the bytes are refused.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The input is longer than the limit.
    case tooManyBytes = "more bytes than allowed"
    /// The nesting is deeper than the limit.
    case tooDeep = "nested more deeply than allowed"
    /// There are more values than the limit.
    case tooManyItems = "more values than allowed"
    /// The bytes end inside a value.
    case truncated = "the bytes end inside a value"
    /// Bytes follow the value.
    case trailingBytes = "bytes follow the value"
    /// A number or length is not in its shortest form.
    case notShortest = "a number is not in its shortest form"
    /// An integer has a greater magnitude than the limit.
    case integerTooLarge = "a greater integer than allowed"
    /// A length is indefinite.
    case indefiniteLength = "a length is indefinite"
    /// The head uses a reserved code.
    case reserved = "a reserved code"
    /// A simple value other than false, true and null.
    case unsupportedSimple = "a simple value other than false, true and null"
    /// A float of 16 or 32 bits.
    case shortFloat = "a float that is not of 64 bits"
    /// NaN or an infinity.
    case notFinite = "a float that is not finite"
    /// A tag other than 42.
    case unsupportedTag = "a tag other than 42"
    /// A map key that is not text.
    case keyNotText = "a map key that is not text"
    /// Map keys in the wrong order.
    case keysOutOfOrder = "map keys in the wrong order"
    /// The same map key twice.
    case duplicateKey = "the same map key twice"
    /// Text that is not UTF-8.
    case invalidUTF8 = "text that is not valid UTF-8"
    /// Tag 42 without a CID in it.
    case invalidLink = "a link that is not a CID"
  }

  /// Why the bytes are refused.
  public let reason: Reason
  /// Where: the offset of the byte that gave the reason.
  public let offset: Int

  /// Joins a reason and a place.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension CBORError: CustomStringConvertible {
  /// A sentence: what and where.
  public var description: String { "not DAG-CBOR at byte \(offset): \(reason.rawValue)" }
}
