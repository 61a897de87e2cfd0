/// Text as its UTF-8 bytes.
///
/// `String` itself compares by canonical equivalence, under which two names with different bytes,
/// and so different signatures, may be «equal».
enum UTF8Order {
  static func areEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }

  /// The order of map keys in DAG-CBOR: the shorter first, then bytewise.
  static func keyPrecedes(_ left: String, _ right: String) -> Bool {
    let (leftCount, rightCount) = (left.utf8.count, right.utf8.count)
    if leftCount != rightCount { return leftCount < rightCount }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
