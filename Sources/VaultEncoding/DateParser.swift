/// Reads the parts of an RFC 3339 text, one after the other.
struct DateParser {
  static let dayMilliseconds: Int64 = 86_400_000

  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    // No date or time has more than 64 characters; the rest would be refused anyway.
    self.text = Array(text.utf8.prefix(65))
  }

  var isAtEnd: Bool { position == text.count }

  mutating func skip(anyOf characters: StaticString) -> Bool {
    guard position < text.count else { return false }
    let unit = text[position]
    let isFound = characters.withUTF8Buffer { $0.contains(unit) }
    if isFound { position += 1 }
    return isFound
  }

  /// Days since 1970-01-01.
  mutating func readDate() throws(TimestampError) -> Int64 {
    let year = try readDigits(4)
    guard skip(anyOf: "-") else { throw .malformed }
    let month = try readDigits(2)
    guard skip(anyOf: "-") else { throw .malformed }
    let day = try readDigits(2)
    guard (1...12).contains(month) else { throw .outOfRange }
    guard day >= 1, day <= Self.daysIn(month: month, year: year) else { throw .outOfRange }
    return Self.daysSince1970(year: year, month: month, day: day)
  }

  /// Milliseconds since midnight.
  mutating func readTime() throws(TimestampError) -> Int64 {
    let hour = try readDigits(2)
    guard skip(anyOf: ":") else { throw .malformed }
    let minute = try readDigits(2)
    guard skip(anyOf: ":") else { throw .malformed }
    let second = try readDigits(2)
    guard hour < 24, minute < 60, second < 60 else { throw .outOfRange }
    let fraction = skip(anyOf: ".") ? try readFraction() : 0
    return ((hour * 60 + minute) * 60 + second) * 1000 + fraction
  }

  /// Minutes that the local time is ahead of UTC.
  mutating func readOffset() throws(TimestampError) -> Int64 {
    if skip(anyOf: "Zz") { return 0 }
    let sign: Int64 = skip(anyOf: "+") ? 1 : -1
    guard sign == 1 || skip(anyOf: "-") else { throw .malformed }
    let hour = try readDigits(2)
    guard skip(anyOf: ":") else { throw .malformed }
    let minute = try readDigits(2)
    guard hour < 24, minute < 60 else { throw .outOfRange }
    return sign * (hour * 60 + minute)
  }

  private mutating func readDigits(_ count: Int) throws(TimestampError) -> Int64 {
    var value: Int64 = 0
    for _ in 0..<count {
      guard let digit = readDigit() else { throw .malformed }
      value = value * 10 + digit
    }
    return value
  }

  private mutating func readFraction() throws(TimestampError) -> Int64 {
    guard let first = readDigit() else { throw .malformed }
    var milliseconds = first * 100
    var weight: Int64 = 10
    while let digit = readDigit() {
      milliseconds += digit * weight
      weight /= 10
    }
    return milliseconds
  }

  private mutating func readDigit() -> Int64? {
    guard position < text.count, (0x30...0x39).contains(text[position]) else { return nil }
    position += 1
    return Int64(text[position - 1] - 0x30)
  }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2:
      year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    default: 31
    }
  }

  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = marchYear.flooringDivision(by: 400)
    let marchMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
