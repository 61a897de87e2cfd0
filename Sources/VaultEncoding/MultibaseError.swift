/// Why text is no multibase text.
public enum MultibaseError: Error, Hashable, Sendable {
  /// There is no character that names the base.
  case empty
  /// The first character names no base that is known here.
  case unknownBase
  /// A character does not belong to the base.
  case invalidCharacter
  /// No bytes make a text of this length, or the padding is wrong.
  case invalidLength
  /// The filling bits are not zero: other text stands for the same bytes.
  case notCanonical
  /// The text is longer than the base may have.
  case tooLong
}
