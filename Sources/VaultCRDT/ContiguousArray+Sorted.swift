extension ContiguousArray {
  /// The first index from which on `isAfter` holds; the array must be sorted by it.
  func partitioningIndex(_ isAfter: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Makes room for that many elements in all, and for more if it has to grow, so that callers may
  /// ask little by little.
  mutating func makeRoom(_ total: Int) {
    if total > capacity { reserveCapacity(Swift.max(total, 2 * capacity)) }
  }

  /// Whether the keys of the elements never fall.
  func isSorted(_ key: (Element) -> UInt64) -> Bool {
    var last: UInt64 = 0
    for element in self {
      let next = key(element)
      if next < last { return false }
      last = next
    }
    return true
  }
}
