import VaultSync

/// Which verb of sync.md section 5 a method and a path mean, known before a byte of body is read.
enum NodeRoute: Sendable, Hashable {
  case record
  case enroll
  case sync
  case push
  case putShard(String)
  case putPiece(String)
  case getShard(String)
  case have
  case alive
  case ready

  init?(_ method: NodeRequest.Method, _ path: String) {
    switch (method, path) {
    case (.get, Endpoint.node): self = .record
    case (.post, Endpoint.enroll): self = .enroll
    case (.post, Endpoint.sync): self = .sync
    case (.post, Endpoint.push): self = .push
    case (.post, Endpoint.have): self = .have
    case (.get, "/healthz"): self = .alive
    case (.get, "/readyz"): self = .ready
    case (.put, let path) where path.hasPrefix(Endpoint.shardPrefix):
      self = .putShard(String(path.dropFirst(Endpoint.shardPrefix.count)))
    case (.put, let path) where path.hasPrefix(Endpoint.piecePrefix):
      self = .putPiece(String(path.dropFirst(Endpoint.piecePrefix.count)))
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
    case .have: SyncLimits.haveShardsMax * 40 + 64
    case .putShard, .putPiece: SyncLimits.shardBytesMax
    }
  }

  /// The most bytes its answer holds in memory.
  var answerBytesMax: Int {
    switch self {
    case .record, .enroll, .push, .putShard, .putPiece, .alive, .ready: 0
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
    case .push: "push"
    case .putShard, .putPiece: "put"
    case .getShard: "get"
    case .have: "have"
    case .alive: "alive"
    case .ready: "ready"
    }
  }
}
