import VaultEncoding
import VaultStore

/// When codes for linking died of a wrong answer: three within ten minutes close linking for ten.
///
/// Each wrong answer is one guess of somebody; so guessing goes on no faster than this.
struct DeadCodes: Hashable {
  static let countMax = 3
  static let windowMilliseconds: Int64 = 600_000
  private static let key = "link-dead-codes"

  private var times: [Timestamp]

  init(_ transaction: VaultTransaction) throws {
    let stored = try transaction.meta(Self.key).map { try DAGCBOR.decode($0) }
    times = (stored?.asArray ?? []).compactMap(\.asInt).map { Timestamp(milliseconds: $0) }
  }

  /// When linking opens again; nil when it is open.
  func closedUntil(_ now: Timestamp) -> Timestamp? {
    let recent = recent(now)
    guard recent.count >= Self.countMax, let last = recent.max() else { return nil }
    return last.advanced(byMilliseconds: Self.windowMilliseconds)
  }

  /// Notes another one, durably with the transaction.
  mutating func note(_ now: Timestamp, _ transaction: VaultTransaction) throws {
    times = recent(now) + [now]
    try transaction.setMeta(
      Self.key, to: DAGCBOR.encode(.array(times.map { .int($0.milliseconds) })))
  }

  /// Those that are not past; a clock that was wrong for a while counts nobody out for long.
  private func recent(_ now: Timestamp) -> [Timestamp] {
    times.filter { abs($0.milliseconds(since: now)) < Self.windowMilliseconds }
  }
}
