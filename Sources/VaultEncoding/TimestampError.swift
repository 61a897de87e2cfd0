/// Why text is no date or time.
public enum TimestampError: Error, Hashable, Sendable {
  /// The text has not the form of a date or a time.
  case malformed
  /// A number is outside its range, such as the 30th of February.
  case outOfRange
}
