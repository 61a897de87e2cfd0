/// A hybrid logical time: a wall clock in milliseconds and a counter for what it cannot tell apart.
///
/// It decides between concurrent writes only: a write that has seen another always replaces it,
/// whatever the clocks say. docs/spec/crdt.md, "Time".
public struct HybridTime: Hashable, Comparable, Sendable {
  let packed: UInt64

  /// A time; both parts are clamped to what fits.
  public init(milliseconds: Int64, counter: UInt16 = 0) {
    let clamped = min(max(0, milliseconds), CRDTLimits.millisecondsMax)
    packed = UInt64(clamped) << 16 | UInt64(counter)
  }

  init(packed: UInt64) { self.packed = packed }

  /// The earliest time.
  public static let zero = HybridTime(packed: 0)

  /// Milliseconds since 1970, UTC.
  public var milliseconds: Int64 { Int64(packed >> 16) }

  /// Tells times of one millisecond apart.
  public var counter: UInt16 { UInt16(truncatingIfNeeded: packed) }

  /// Compares milliseconds, then counters.
  public static func < (left: HybridTime, right: HybridTime) -> Bool { left.packed < right.packed }

  /// The time of the next batch of a device whose own clock shows `wall`, which has seen batches
  /// with these times: later than all of them, but clocks more than an hour ahead are ignored.
  static func next(wall: Int64, seen: some Sequence<HybridTime>) -> HybridTime {
    let now = HybridTime(milliseconds: wall)
    let horizon = HybridTime(
      milliseconds: now.milliseconds + CRDTLimits.clockLeadMillisecondsMax, counter: .max)
    var latest = HybridTime.zero
    for time in seen where time <= horizon { latest = max(latest, time) }
    guard latest >= now else { return now }
    let carry = latest.counter == .max ? 1 : 0
    return HybridTime(
      milliseconds: latest.milliseconds + Int64(carry), counter: latest.counter &+ 1)
  }
}
