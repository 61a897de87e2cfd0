import VaultSync

/// Which verb of sync.md section 5 a method and a path mean, known before a byte of body is read.
enum NodeRoute: Sendable, Hashable {
  case record
  case enroll
  case sync
  case wait
  case push
  case putShard(String)
  case getShard(String)
  case have
  case alive
  case ready

  init?(_ method: NodeRequest.Method, _ path: String) {
    switch (method, path) {
    case (.get, Endpoint.node): self = .record
    case (.post, Endpoint.enroll): self = .enroll
    case (.post, Endpoint.sync): self = .sync
    case (.post, Endpoint.wait): self = .wait
    case (.post, Endpoint.push): self = .push
    case (.post, Endpoint.have): self = .have
    case (.get, "/healthz"): self = .alive
    case (.get, "/readyz"): self = .ready
    case (.put, let path) where path.hasPrefix(Endpoint.shardPrefix):
      self = .putShard(String(path.dropFirst(Endpoint.shardPrefix.count)))
    case (.get, let path) where path.hasPrefix(Endpoint.shardPrefix):
      self = .getShard(String(path.dropFirst(Endpoint.shardPrefix.count)))
    default: return nil
    }
  }

  /// The most bytes of body this verb takes (sync.md section 7).
  var bodyBytesMax: Int {
    switch self {
    case .record, .getShard, .alive, .ready: 0
    case .enroll, .sync, .push: SyncLimits.messageBytesMax
    case .wait: SyncLimits.waitBytesMax
    case .have: SyncLimits.haveShardsMax * 40 + 64
    case .putShard: SyncLimits.shardBytesMax
    }
  }

  /// The most bytes its answer holds in memory.
  var answerBytesMax: Int {
    switch self {
    case .record, .enroll, .push, .putShard, .alive, .ready: 0
    case .wait: SyncLimits.waitBytesMax
    case .have: SyncLimits.haveShardsMax * 9
    case .sync: SyncLimits.messageBytesMax
    case .getShard: SyncLimits.shardBytesMax
    }
  }

  /// The verb's name in logs: never with the name of a shard.
  var verb: String {
    switch self {
    case .record: "record"
    case .enroll: "enroll"
    case .sync: "sync"
    case .wait: "wait"
    case .push: "push"
    case .putShard: "put"
    case .getShard: "get"
    case .have: "have"
    case .alive: "alive"
    case .ready: "ready"
    }
  }
}
