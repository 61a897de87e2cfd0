/// Why text is no time.
public enum TimeExpressionError: Error, Hashable, Sendable {
  /// A duration has a unit other than `w d h m s`, or its units are not in that order.
  case unknownUnit
  /// A duration does not fit.
  case tooLong
  /// The text is no duration, and no date or time either.
  case timestamp(TimestampError)
}

extension TimeExpressionError: CustomStringConvertible {
  /// A sentence with examples.
  public var description: String {
    switch self {
    case .unknownUnit: "an unknown unit of time; use w, d, h, m or s, larger ones first"
    case .tooLong: "a duration beyond all calendars"
    case .timestamp(.outOfRange): "no such date or time"
    case .timestamp(.malformed):
      "not a time; write 2h, 90d, 2027-01-31 or 2027-01-31T12:00:00Z"
    }
  }
}
