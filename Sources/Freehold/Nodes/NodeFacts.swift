import VaultEncoding

/// What was last learned about a node, for `status`: kept locally, never shared.
struct NodeFacts: Hashable, Sendable {
  var isReachable = false
  var latencyMilliseconds: Int?
  var quotaBytes = 0
  var usedBytes = 0
  var lastSeen: Timestamp?

  init() {}

  var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("reachable", .bool(isReachable)),
        ("latency", latencyMilliseconds.map { .int($0) } ?? .null),
        ("quota", .int(quotaBytes)), ("used", .int(usedBytes)),
        ("seen", lastSeen.map { .int($0.milliseconds) } ?? .null),
      ]))
  }

  init(decoding bytes: [UInt8]) {
    guard let value = try? DAGCBOR.decode(bytes) else { return }
    isReachable = value["reachable"]?.asBool ?? false
    latencyMilliseconds = value["latency"]?.asInt.map { Int(clamping: $0) }
    quotaBytes = Int(clamping: value["quota"]?.asInt ?? 0)
    usedBytes = Int(clamping: value["used"]?.asInt ?? 0)
    lastSeen = value["seen"]?.asInt.map { Timestamp(milliseconds: $0) }
  }
}
