/// A time of a file: seconds since 1970 (negative before) and nanoseconds 0…999,999,999 after that
/// second.
///
/// The whole range of every file system fits.
public struct FileTime: Hashable, Sendable {
  /// Whole seconds since 1970, rounded down.
  public let seconds: Int64
  /// Nanoseconds after that second.
  public let nanoseconds: UInt32

  /// A time; the nanoseconds are limited to 999,999,999.
  public init(seconds: Int64, nanoseconds: UInt32 = 0) {
    self.seconds = seconds
    self.nanoseconds = min(nanoseconds, 999_999_999)
  }

  /// The milliseconds since 1970, rounded down and limited to what 64 bits hold.
  public var milliseconds: Int64 {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    return product.addingReportingOverflow(Int64(nanoseconds / 1_000_000)).partialValue
  }

  /// This time and so many milliseconds (0 or more) before it.
  func earlier(milliseconds: Int64) -> FileTime {
    let nanoseconds = Int64(nanoseconds) - (milliseconds % 1000) * 1_000_000
    let borrow: Int64 = nanoseconds < 0 ? 1 : 0
    let seconds = seconds.subtractingReportingOverflow(milliseconds / 1000 + borrow)
    return FileTime(
      seconds: seconds.overflow ? .min : seconds.partialValue,
      nanoseconds: UInt32(nanoseconds + borrow * 1_000_000_000))
  }
}

extension FileTime: Comparable {
  /// Earlier first.
  public static func < (left: FileTime, right: FileTime) -> Bool {
    left.seconds == right.seconds
      ? left.nanoseconds < right.nanoseconds : left.seconds < right.seconds
  }
}
