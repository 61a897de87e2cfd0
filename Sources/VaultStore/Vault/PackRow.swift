/// Names a pack in this database only: it has a row before it is finished and has a name.
public struct PackRow: Hashable, Comparable, Sendable {
  /// The row's number.
  public let number: Int64

  /// Wraps a row's number.
  public init(number: Int64) {
    self.number = number
  }

  /// Compares in the order in which packs were begun.
  public static func < (left: PackRow, right: PackRow) -> Bool { left.number < right.number }
}
