internal import CSodium

/// Comparison whose duration does not depend on where two byte strings differ.
public enum ConstantTime {
  /// Whether two byte strings are equal.
  ///
  /// Different lengths are told apart at once.
  public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { a in right.withUnsafeBytes { b in equal(a, b) } }
  }

  static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let a = left.baseAddress, let b = right.baseAddress else { return true }
    return sodium_memcmp(a, b, left.count) == 0
  }
}
