/// The pairs of a map in the order of DAG-CBOR: shorter keys first, then bytewise, each key once.
///
/// Only such maps exist, so the encoder has nothing to check.
public struct CBORMap: Hashable, Sendable {
  /// The pairs, sorted.
  public let pairs: [CBORPair]

  /// Sorts the pairs; of two equal keys the later stays.
  ///
  /// O(n log n), O(n) when sorted already.
  public init(_ pairs: [CBORPair]) {
    if Self.isSorted(pairs) {
      self.pairs = pairs
      return
    }
    // Swift's sort is stable by implementation, not by promise: the position decides ties.
    let sorted = pairs.enumerated().sorted { left, right in
      if UTF8Order.keyPrecedes(left.element.key, right.element.key) { return true }
      if UTF8Order.keyPrecedes(right.element.key, left.element.key) { return false }
      return left.offset < right.offset
    }
    var unique: [CBORPair] = []
    unique.reserveCapacity(sorted.count)
    for (_, pair) in sorted {
      if let last = unique.last, UTF8Order.areEqual(last.key, pair.key) { unique.removeLast() }
      unique.append(pair)
    }
    self.pairs = unique
  }

  /// Pairs that the decoder has found to be in order.
  init(sorted pairs: [CBORPair]) {
    assert(Self.isSorted(pairs))
    self.pairs = pairs
  }

  private static func isSorted(_ pairs: [CBORPair]) -> Bool {
    zip(pairs, pairs.dropFirst()).allSatisfy { UTF8Order.keyPrecedes($0.key, $1.key) }
  }

  /// The keys, sorted.
  public var keys: [String] { pairs.map(\.key) }

  /// Whether the map has exactly these keys: for schemas that are closed.
  public func hasKeys(_ required: [String], optional: [String] = []) -> Bool {
    guard required.allSatisfy({ position(of: $0) != nil }) else { return false }
    // Each key is there once, so as many as are required are no others.
    return pairs.count == required.count
      || pairs.allSatisfy { pair in
        required.contains { UTF8Order.areEqual($0, pair.key) }
          || optional.contains { UTF8Order.areEqual($0, pair.key) }
      }
  }

  /// The value of a key.
  ///
  /// O(log n).
  public subscript(key: String) -> CBORValue? { position(of: key).map { pairs[$0].value } }

  private func position(of key: String) -> Int? {
    var low = 0
    var high = pairs.count
    while low < high {
      let middle = low + (high - low) / 2
      if UTF8Order.keyPrecedes(pairs[middle].key, key) { low = middle + 1 } else { high = middle }
    }
    guard low < pairs.count, UTF8Order.areEqual(pairs[low].key, key) else { return nil }
    return low
  }
}

extension CBORMap: RandomAccessCollection {
  /// The position of the first pair.
  public var startIndex: Int { pairs.startIndex }
  /// The position after the last pair.
  public var endIndex: Int { pairs.endIndex }

  /// The pair at a position.
  public subscript(position: Int) -> CBORPair { pairs[position] }
}

extension CBORMap: ExpressibleByDictionaryLiteral {
  /// Makes a map; of two equal keys the later stays.
  public init(dictionaryLiteral elements: (String, CBORValue)...) {
    self.init(elements.map { CBORPair(key: $0.0, value: $0.1) })
  }
}
