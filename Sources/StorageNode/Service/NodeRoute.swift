import VaultSync

/// Which verb of sync.md section 5 a method and a path mean, known before a byte of body is read.
enum NodeRoute: Sendable, Hashable {
  case record
  case enroll
  case sync
  case wait
  case push
  case putShard(String)
  case putPiece(String)
  case getShard(String)
  case have
  case policy(after: String)
  case mailbox(NodeRequest.Method, MailboxNumber, MailboxSlot)
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
    case (.put, let path) where path.hasPrefix(Endpoint.piecePrefix):
      self = .putPiece(String(path.dropFirst(Endpoint.piecePrefix.count)))
    case (.get, let path) where path.hasPrefix(Endpoint.shardPrefix):
      self = .getShard(String(path.dropFirst(Endpoint.shardPrefix.count)))
    case (.get, let path) where path.hasPrefix(Endpoint.policyPrefix):
      self = .policy(after: String(path.dropFirst(Endpoint.policyPrefix.count)))
    case (.get, let path), (.put, let path):
      guard let (number, slot) = Self.mailbox(path) else { return nil }
      self = .mailbox(method, number, slot)
    default: return nil
    }
  }

  private static func mailbox(_ path: String) -> (MailboxNumber, MailboxSlot)? {
    guard path.hasPrefix(Endpoint.mailboxPrefix) else { return nil }
    let parts = path.dropFirst(Endpoint.mailboxPrefix.count)
      .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let number = MailboxNumber(parts[0]),
      let slot = MailboxSlot(rawValue: String(parts[1]))
    else { return nil }
    return (number, slot)
  }

  /// The most bytes of body this verb takes (sync.md section 7).
  var bodyBytesMax: Int {
    switch self {
    case .record, .getShard, .policy, .mailbox(.get, _, _), .alive, .ready: 0
    case .mailbox: SyncLimits.mailboxMessageBytesMax
    case .enroll, .sync, .push: SyncLimits.messageBytesMax
    case .wait: SyncLimits.waitBytesMax
    case .have: SyncLimits.haveShardsMax * 40 + 64
    case .putShard, .putPiece: SyncLimits.shardBytesMax
    }
  }

  /// The most bytes its answer holds in memory.
  var answerBytesMax: Int {
    switch self {
    case .record, .enroll, .push, .putShard, .putPiece, .alive, .ready: 0
    case .wait: SyncLimits.waitBytesMax
    case .have: SyncLimits.haveShardsMax * 9
    case .sync, .policy: SyncLimits.messageBytesMax
    case .mailbox: SyncLimits.mailboxMessageBytesMax
    case .getShard: SyncLimits.shardBytesMax
    }
  }

  /// Whether a mailbox is asked for without an invocation: the owner's device writes offer and
  /// reply and reads the answer, the new device does the reverse.
  var isStrangers: Bool {
    guard case .mailbox(let method, _, let slot) = self else { return false }
    return (method == .put) != slot.isOwners
  }

  /// The verb's name in logs: never with the name of a shard.
  var verb: String {
    switch self {
    case .record: "record"
    case .enroll: "enroll"
    case .sync: "sync"
    case .wait: "wait"
    case .push: "push"
    case .putShard, .putPiece: "put"
    case .getShard: "get"
    case .have: "have"
    case .policy: "policy"
    case .mailbox: "mailbox"
    case .alive: "alive"
    case .ready: "ready"
    }
  }
}
