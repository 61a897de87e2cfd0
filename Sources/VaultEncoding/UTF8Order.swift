/// Text as its UTF-8 bytes.
///
/// `String` itself compares by canonical equivalence, under which two names with different bytes,
/// and so different signatures, may be «equal». Bytes are looked at where they lie: through
/// `String.UTF8View` one at a time costs ten times as much, and reading a map is comparing keys.
enum UTF8Order {
  static func areEqual(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return withBytes(left, right) { left, right in
      for index in left.indices where left[index] != right[index] { return false }
      return true
    }
  }

  /// The order of map keys in DAG-CBOR: the shorter first, then bytewise.
  static func keyPrecedes(_ left: String, _ right: String) -> Bool {
    let (leftCount, rightCount) = (left.utf8.count, right.utf8.count)
    if leftCount != rightCount { return leftCount < rightCount }
    return withBytes(left, right) { left, right in
      for index in left.indices where left[index] != right[index] {
        return left[index] < right[index]
      }
      return false
    }
  }

  private static func withBytes(
    _ left: String, _ right: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var (left, right) = (left, right)
    return left.withUTF8 { one in right.withUTF8 { other in body(one, other) } }
  }
}

extension String {
  /// Whether both are the same bytes; `==` also takes canonically equivalent text for equal.
  public func hasSameBytes(as other: String) -> Bool { UTF8Order.areEqual(self, other) }

  /// Whether the text has the same bytes as one that is ASCII; quick for short text.
  ///
  /// `==` knows canonical equivalence only. But of the texts that are equivalent to an ASCII one,
  /// each other one has more bytes.
  public func isSame(asASCII other: String) -> Bool {
    utf8.count == other.utf8.count && self == other
  }
}
