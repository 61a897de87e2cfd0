import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

extension Vault {
  /// What this device holds now.
  func localState() throws -> LocalState {
    let (feeds, heads) = try database.read { (try $0.feeds(), try $0.heads()) }
    var vector: FeedVector = [:]
    for feed in feeds where feed.count > 0 {
      vector[FeedKey(scope: feed.scope, device: feed.device)] = FeedPosition(
        count: Int(clamping: feed.count), chain: feed.chain)
    }
    var marks: [DID: LocalState.HeadMark] = [:]
    for head in heads {
      marks[head.device] = LocalState.HeadMark(
        sequence: Int(clamping: head.sequence), cid: head.cid)
    }
    return LocalState(
      feeds: vector, policy: policy.entries.map(\.cid), policyHeads: policy.heads, heads: marks)
  }

  /// The chain of a feed at a count, as far as this device has it.
  func chain(_ feed: FeedKey, at count: Int) throws -> Bytes32? {
    try database.read { transaction in
      if let stored = try transaction.feed(scope: feed.scope, device: feed.device),
        stored.count == UInt64(count)
      {
        return stored.chain
      }
      return try transaction.chain(scope: feed.scope, device: feed.device, at: UInt64(count))
    }
  }

  /// A session with a node that remembers all earlier ones.
  func session(with node: DID) -> NodeSession {
    let known = try? database.read { transaction in
      (try transaction.memory(of: node), try transaction.acknowledged(by: node))
    }
    return NodeSession(
      vault: did, node: node, memory: known?.0 ?? NodeMemory(),
      acknowledged: known?.1 ?? Acknowledged())
  }

  /// Keeps what a session has learned, if anything.
  func keep(_ session: NodeSession) throws {
    let known = try database.read { transaction in
      (
        try transaction.memory(of: session.node),
        try transaction.acknowledged(by: session.node)
      )
    }
    guard known != (session.memory, session.acknowledged) else { return }
    try database.write { transaction in
      try transaction.setMemory(session.memory, of: session.node)
      try transaction.setAcknowledged(session.acknowledged, by: session.node)
    }
  }
}

extension VaultTransaction {
  private static func memoryKey(_ node: DID) -> String { "node-memory/" + node.key.hex }

  /// What a node has shown, and its receipts.
  func memory(of node: DID) throws -> NodeMemory {
    guard let bytes = try meta(Self.memoryKey(node)) else { return NodeMemory() }
    return try NodeMemory(decoding: bytes)
  }

  fileprivate func setMemory(_ memory: NodeMemory, of node: DID) throws {
    try setMeta(Self.memoryKey(node), to: memory.bytes)
  }

  /// What a node has signed that it stores.
  func acknowledged(by node: DID) throws -> Acknowledged {
    var feeds: FeedCounts = [:]
    for feed in try acknowledgedFeeds(by: node) {
      feeds[FeedKey(scope: feed.scope, device: feed.device)] = Int(clamping: feed.through)
    }
    return Acknowledged(feeds: feeds, policyCount: try policyAcknowledgedCount(by: node))
  }

  fileprivate func setAcknowledged(_ acknowledged: Acknowledged, by node: DID) throws {
    for (feed, count) in acknowledged.feeds {
      try correctAcknowledged(
        by: node, scope: feed.scope, device: feed.device, to: UInt64(count))
    }
    try setPolicyAcknowledged(by: node, count: acknowledged.policyCount)
  }
}
