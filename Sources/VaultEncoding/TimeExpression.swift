/// A time as people write it: `2h`, `90d`, `1d12h`, `2027-01-31`, or RFC 3339.
///
/// docs/spec/encoding.md, "Times".
public enum TimeExpression: Hashable, Sendable {
  /// So long from now, forward or back as the context says.
  case duration(milliseconds: Int64)
  /// A day in UTC, by its first moment.
  case day(Timestamp)
  /// A moment.
  case moment(Timestamp)

  private static let units: [(name: String, milliseconds: UInt64)] = [
    ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
  ]

  /// Reads one of the four forms.
  ///
  /// Durations are numbers with `w d h m s`, larger units first.
  public init(_ text: String) throws(TimeExpressionError) {
    if let milliseconds = try Self.duration(text) {
      self = .duration(milliseconds: milliseconds)
      return
    }
    do {
      self = .day(try Timestamp(date: text))
    } catch .outOfRange {
      throw .timestamp(.outOfRange)
    } catch {
      do {
        self = .moment(try Timestamp(text))
      } catch {
        throw .timestamp(error)
      }
    }
  }

  /// The moment meant when it lies ahead, as in `--until`: a duration from now; the last
  /// millisecond of a day, so that the day named is the last one that counts.
  public func moment(after now: Timestamp) -> Timestamp {
    switch self {
    case .duration(let milliseconds): now.advanced(byMilliseconds: milliseconds)
    case .day(let start): start.advanced(byMilliseconds: DateParser.dayMilliseconds - 1)
    case .moment(let moment): moment
    }
  }

  /// The moment meant when it lies behind, as in `--at` or `--since`: a duration ago; the first
  /// moment of a day.
  public func moment(before now: Timestamp) -> Timestamp {
    switch self {
    case .duration(let milliseconds):
      now.advanced(byMilliseconds: milliseconds == .min ? .max : -milliseconds)
    case .day(let start): start
    case .moment(let moment): moment
    }
  }

  /// The text that `init(_:)` reads as this; durations in the largest unit that divides them.
  ///
  /// A part of a second in a duration is dropped.
  public var text: String {
    switch self {
    case .duration(let milliseconds): Self.durationText(milliseconds: milliseconds)
    case .day(let start): start.dateText
    case .moment(let moment): moment.text
    }
  }

  /// A duration in the largest unit that divides it, whole seconds: `90d`, `36h`, `0s`.
  public static func durationText(milliseconds: Int64) -> String {
    let sign = milliseconds < 0 ? "-" : ""
    let whole = milliseconds.magnitude / 1000 * 1000
    for unit in units.dropFirst() where whole > 0 && whole.isMultiple(of: unit.milliseconds) {
      return "\(sign)\(whole / unit.milliseconds)\(unit.name)"
    }
    return "0s"
  }

  /// The duration, or nil when the text is not of that form at all.
  private static func duration(_ text: String) throws(TimeExpressionError) -> Int64? {
    var scanner = QuantityScanner(text)
    var total: UInt64 = 0
    var unitsLeft = units[...]
    repeat {
      guard let number = scanner.readInteger() else { return nil }
      let word = scanner.readWord()
      guard !word.isEmpty, word != "T", word != "t" else { return nil }
      guard let index = unitsLeft.firstIndex(where: { $0.name == word }) else {
        throw .unknownUnit
      }
      let (product, isTooLarge) = number.multipliedReportingOverflow(
        by: units[index].milliseconds)
      let (sum, isSumTooLarge) = total.addingReportingOverflow(product)
      guard !isTooLarge, !isSumTooLarge, sum <= UInt64(Int64.max) else { throw .tooLong }
      total = sum
      unitsLeft = units[(index + 1)...]
    } while !scanner.isAtEnd
    return Int64(total)
  }
}
