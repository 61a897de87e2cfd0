import VaultEncoding

/// What a node has signed that it stores, and does not show less of: all that counts as stored.
public struct Acknowledged: Hashable, Sendable {
  /// How many entries of each feed.
  public var feeds: FeedCounts
  /// How many of this device's policy entries, in the order of their coming.
  public var policyCount: Int

  /// Nothing, or what was acknowledged before.
  public init(feeds: FeedCounts = [:], policyCount: Int = 0) {
    self.feeds = feeds
    self.policyCount = policyCount
  }

  /// Whether that is everything that a device holds.
  public func covers(_ local: LocalState) -> Bool {
    policyCount >= local.policy.count
      && local.feeds.allSatisfy { feeds[$0.key] ?? 0 >= $0.value.count }
  }

  mutating func raise(_ positions: FeedVector) {
    for (feed, position) in positions { feeds[feed] = max(feeds[feed] ?? 0, position.count) }
  }

  /// The node shows less now: what is gone does not count, whatever was signed.
  mutating func lower(_ feed: FeedKey, to count: Int) {
    guard let before = feeds[feed], before > count else { return }
    feeds[feed] = count
  }
}
