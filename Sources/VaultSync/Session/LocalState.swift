public import VaultEncoding

/// What a device holds of a vault, as far as a sync needs to know.
public struct LocalState: Sendable {
  /// How far each feed goes here.
  public let feeds: FeedVector
  /// The policy entries here, in the order of their coming.
  public let policy: [CID]
  /// The policy entries that no other builds on.
  public let policyHeads: [CID]
  /// The newest head of each device here: its number and its CID.
  public let heads: [DID: HeadMark]
  /// The digests of all of it.
  public let summary: StateSummary
  /// The digest over all of it.
  public let digest: Bytes32

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
  public init(
    feeds: FeedVector, policy: [CID] = [], policyHeads: [CID] = [], heads: [DID: HeadMark] = [:]
  ) {
    self.feeds = feeds
    self.policy = policy
    self.policyHeads = policyHeads
    self.heads = heads
    summary = StateSummary(feeds: feeds, policy: policy, heads: heads.mapValues(\.cid))
    digest = summary.digest
  }

  /// What is held, in the parts in which a node's outline differs.
  func parts(differingFrom outline: StateOutline) -> StateParts {
    var parts = StateParts()
    if outline.policy != HashPrefix(summary.policy) { parts.policy = policyMarks }
    if outline.heads != HashPrefix(summary.heads) { parts.heads = headMarks }
    for scope in Set(outline.scopes.keys).union(summary.scopes.keys)
    where outline.scopes[scope] != summary.scopes[scope].map({ HashPrefix($0) }) {
      parts.add(scope, of: feeds)
    }
    return parts
  }

  /// What is held, in the parts that were compared before.
  func parts(as before: StateParts) -> StateParts {
    var parts = StateParts()
    if before.policy != nil { parts.policy = policyMarks }
    if before.heads != nil { parts.heads = headMarks }
    for scope in before.scopes.keys { parts.add(scope, of: feeds) }
    return parts
  }

  private var policyMarks: [HashPrefix] { policyHeads.map(\.syncPrefix) }

  private var headMarks: [DID: StateParts.HeadMark] {
    heads.mapValues { StateParts.HeadMark(sequence: $0.sequence, name: $0.cid.syncPrefix) }
  }
}
