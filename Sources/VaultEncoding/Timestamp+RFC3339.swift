// Days and civil dates after Howard Hinnant, «chrono-compatible low-level date algorithms»: the
// year starts in March, so the leap day is its last, and 400 years (an era) have 146,097 days.

extension Timestamp {
  /// Reads RFC 3339: `2027-01-31T12:00:00Z`, `…12:00:00.250+02:00`; digits below a millisecond are
  /// dropped, leap seconds are refused.
  public init(_ text: String) throws(TimestampError) {
    var parser = DateParser(text)
    let days = try parser.readDate()
    guard parser.skip(anyOf: "Tt ") else { throw .malformed }
    let dayMilliseconds = try parser.readTime()
    let offsetMinutes = try parser.readOffset()
    guard parser.isAtEnd else { throw .malformed }
    // Years have four digits, so nothing here can overflow.
    self.init(
      milliseconds: days * DateParser.dayMilliseconds + dayMilliseconds
        - offsetMinutes * 60_000)
  }

  /// Midnight UTC at the start of `2027-01-31`.
  public init(date text: String) throws(TimestampError) {
    var parser = DateParser(text)
    let days = try parser.readDate()
    guard parser.isAtEnd else { throw .malformed }
    self.init(milliseconds: days * DateParser.dayMilliseconds)
  }

  /// RFC 3339 in UTC, with milliseconds only when they are not zero: `2027-01-31T12:00:00Z`.
  ///
  /// Years outside 0000 to 9999, which RFC 3339 cannot say, come with a sign and more digits.
  public var text: String {
    let (days, rest) = milliseconds.flooringDivision(by: DateParser.dayMilliseconds)
    let (seconds, fraction) = rest.flooringDivision(by: 1000)
    let time = [seconds / 3600, seconds / 60 % 60, seconds % 60]
      .map { Self.padded($0, to: 2) }.joined(separator: ":")
    let decimals = fraction == 0 ? "" : "." + Self.padded(fraction, to: 3)
    return Self.dateText(days: days) + "T" + time + decimals + "Z"
  }

  /// The date in UTC: `2027-01-31`.
  public var dateText: String {
    Self.dateText(
      days: milliseconds.flooringDivision(by: DateParser.dayMilliseconds).quotient)
  }

  private static func dateText(days: Int64) -> String {
    let (era, dayOfEra) = (days + 719_468).flooringDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
    return sign + padded(year.magnitude, to: 4) + "-" + padded(month, to: 2) + "-"
      + padded(day, to: 2)
  }

  private static func padded(_ number: some BinaryInteger, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC.
  public var description: String { text }
}

extension Int64 {
  /// The quotient rounded down and the remainder, which is never negative.
  func flooringDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
  }
}
