/// Token buckets by key: each key may spend `burst` at once and regains `perSecond`.
///
/// Bounded: when too many keys are known, full buckets (which carry no information) are forgotten,
/// and if that is not enough the whole table is, which only ever forgives.
struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
  private struct Bucket {
    var tokens: Double
    var filledMilliseconds: Int64
  }

  private let rate: NodeLimits.Rate
  private let keysMax: Int
  private var buckets: [Key: Bucket] = [:]

  init(rate: NodeLimits.Rate, keysMax: Int) {
    self.rate = rate
    self.keysMax = keysMax
  }

  /// Takes one token, or says how many seconds to wait for it.
  mutating func take(for key: Key, atMilliseconds now: Int64) -> Int? {
    var bucket = refilled(
      buckets[key] ?? Bucket(tokens: Double(rate.burst), filledMilliseconds: now), at: now)
    defer { buckets[key] = bucket }
    if buckets[key] == nil, buckets.count >= keysMax { forget(at: now) }
    guard bucket.tokens >= 1 else {
      return max(1, Int(((1 - bucket.tokens) / Double(max(1, rate.perSecond))).rounded(.up)))
    }
    bucket.tokens -= 1
    return nil
  }

  private func refilled(_ bucket: Bucket, at now: Int64) -> Bucket {
    // A clock that stepped back gives nothing and takes nothing.
    let elapsed = max(0, now - bucket.filledMilliseconds)
    let regained = Double(elapsed) / 1_000 * Double(rate.perSecond)
    return Bucket(
      tokens: min(Double(rate.burst), bucket.tokens + regained), filledMilliseconds: now)
  }

  private mutating func forget(at now: Int64) {
    buckets = buckets.filter { refilled($0.value, at: now).tokens < Double(rate.burst) }
    if buckets.count >= keysMax { buckets.removeAll() }
  }
}
