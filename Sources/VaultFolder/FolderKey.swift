/// The key of an object in the folder index: 16 bytes that mean something to the caller only.
public struct FolderKey: Hashable, Sendable {
  /// The first eight bytes, as a big-endian number.
  public let high: UInt64
  /// The last eight bytes.
  public let low: UInt64

  /// A key of two numbers.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A key of one number.
  public init(_ value: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
  }

  /// The key as one number.
  public var value: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

extension FolderKey: Comparable {
  /// As numbers, and so as bytes.
  public static func < (left: FolderKey, right: FolderKey) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }
}
