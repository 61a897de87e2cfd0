import VaultCrypto
import VaultEncoding
import VaultSync

/// What a node holds of one vault besides shards, as the sync protocol compares it.
struct VaultIndex: Sendable {
  /// The newest head of a device.
  struct NewestHead: Sendable, Hashable {
    let sequence: Int
    let cid: CID
    let sizeBytes: Int
  }

  var tenant: Int64
  var genesis: [UInt8]
  /// Policy entries in the order they came: what an entry builds on stands before it.
  var policy: [CID]
  var feeds: FeedVector
  /// The newest heads: each scope has its own.
  var heads: [FeedKey: NewestHead]
  /// The digests of sync.md section 2, without heads: those depend on who asks.
  private(set) var summary: StateSummary

  init(
    tenant: Int64, genesis: [UInt8], policy: [CID], feeds: FeedVector, heads: [FeedKey: NewestHead]
  ) {
    self.tenant = tenant
    self.genesis = genesis
    self.policy = policy
    self.feeds = feeds
    self.heads = heads
    summary = StateSummary(feeds: feeds, policy: policy, heads: [:])
  }

  /// Sums up anew after a change.
  mutating func refreshSummary() {
    summary = StateSummary(feeds: feeds, policy: policy, heads: [:])
  }

  /// The newest heads of one scope, by device.
  func heads(of scope: ScopeID?) -> [DID: NewestHead] {
    var found: [DID: NewestHead] = [:]
    for (key, head) in heads where key.scope == scope { found[key.device] = head }
    return found
  }

  /// What a caller compares with: the scopes that it reaches, and the heads of one of them.
  func summary(for caller: VaultJudge.Caller) -> StateSummary {
    let scope = caller.headScope.flatMap { caller.reaches($0) ? $0 : nil }
    return summary.limited(to: caller.reaches, heads: heads(of: scope).mapValues(\.cid))
  }
}
