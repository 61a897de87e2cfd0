public import VaultEncoding

/// What a device holds of a vault, as far as a sync needs to know.
public struct LocalState: Sendable {
  /// How far each feed goes here.
  public var feeds: FeedVector
  /// The policy entries here.
  public var policy: [CID]
  /// The newest head of each device here: its number and its CID.
  public var heads: [DID: HeadMark]

  /// A head in short.
  public struct HeadMark: Hashable, Sendable {
    /// Its number.
    public let sequence: Int
    /// Its name.
    public let cid: CID

    /// Puts a mark together.
    public init(sequence: Int, cid: CID) {
      self.sequence = sequence
      self.cid = cid
    }
  }

  /// Gathers what a device holds.
  public init(feeds: FeedVector, policy: [CID], heads: [DID: HeadMark]) {
    self.feeds = feeds
    self.policy = policy
    self.heads = heads
  }

  /// The digest of all of it.
  public var digest: Bytes32 {
    StateDigest.of(feeds: feeds, policy: policy, heads: heads.mapValues(\.cid))
  }

  /// The long form that lets a node work out the difference.
  public var known: SyncRequest.Known {
    SyncRequest.Known(
      feeds: feeds, policy: policy.map(\.syncPrefix), heads: heads.mapValues(\.cid.syncPrefix))
  }
}
