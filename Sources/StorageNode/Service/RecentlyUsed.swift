/// A bounded table that forgets what was not asked for longest.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let countMax: Int
  private var values: [Key: (value: Value, used: UInt64)] = [:]
  private var uses: UInt64 = 0

  init(countMax: Int) {
    precondition(countMax > 0, "a table of nothing")
    self.countMax = countMax
  }

  var count: Int { values.count }

  /// The value, which thereby becomes the most recently used.
  mutating func value(for key: Key) -> Value? {
    guard let found = values[key] else { return nil }
    uses &+= 1
    values[key] = (found.value, uses)
    return found.value
  }

  /// Keeps a value.
  ///
  /// O(n) when the table is full: n is a few hundred and a miss costs far more.
  mutating func set(_ value: Value, for key: Key) {
    if values[key] == nil, values.count >= countMax,
      let oldest = values.min(by: { $0.value.used < $1.value.used })
    {
      values[oldest.key] = nil
    }
    uses &+= 1
    values[key] = (value, uses)
  }

  mutating func remove(_ key: Key) { values[key] = nil }
}
