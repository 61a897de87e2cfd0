/// An open file of `DiskCalls`.
public struct DiskHandle: Hashable, Sendable {
  /// The kernel's file descriptor, or a simulation's number.
  public let number: Int32

  /// Wraps a number.
  public init(number: Int32) {
    self.number = number
  }
}
