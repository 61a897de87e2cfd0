/// Draws random bytes: from the kernel, or from a seed in tests.
public protocol Randomness: Sendable {
  /// Draws so many bytes.
  func fill(_ count: Int) -> [UInt8]
}
