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
  var heads: [DID: NewestHead]
  /// The digests of sync.md section 2.
  private(set) var summary: StateSummary

  init(
    tenant: Int64, genesis: [UInt8], policy: [CID], feeds: FeedVector, heads: [DID: NewestHead]
  ) {
    self.tenant = tenant
    self.genesis = genesis
    self.policy = policy
    self.feeds = feeds
    self.heads = heads
    summary = StateSummary(feeds: feeds, policy: policy, heads: heads.mapValues(\.cid))
  }

  /// Sums up anew after a change.
  mutating func refreshSummary() {
    summary = StateSummary(feeds: feeds, policy: policy, heads: heads.mapValues(\.cid))
  }
}
