/// A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// 1970-01-01T00:00:00Z.
  public static let epoch = Timestamp(milliseconds: 0)

  /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
  public let milliseconds: Int64

  /// A moment so many milliseconds after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// A moment so many seconds after 1970-01-01T00:00:00Z; nil when that is out of range.
  public init?(seconds: Int64) {
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return nil }
    self.milliseconds = milliseconds
  }

  /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
  public var seconds: Int64 { milliseconds.flooringDivision(by: 1000).quotient }

  /// The moment so many milliseconds later; the last or first possible one when out of range.
  public func advanced(byMilliseconds distance: Int64) -> Timestamp {
    let (sum, overflow) = milliseconds.addingReportingOverflow(distance)
    if overflow { return Timestamp(milliseconds: distance > 0 ? .max : .min) }
    return Timestamp(milliseconds: sum)
  }

  /// Milliseconds from another moment to this one; the greatest or least number when out of range.
  public func milliseconds(since other: Timestamp) -> Int64 {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
    if overflow { return milliseconds > other.milliseconds ? .max : .min }
    return difference
  }

  /// Compares in time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }
}
