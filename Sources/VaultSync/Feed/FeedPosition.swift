import VaultCrypto
public import VaultEncoding

/// How far a feed goes, and the hash that everything up to there must have.
public struct FeedPosition: Hashable, Sendable {
  /// The number of entries; the newest entry has this sequence number.
  public let count: Int
  /// `chain(count)` of docs/spec/sync.md section 1.
  public let chain: Bytes32

  /// A position read from a message or a database.
  public init(count: Int, chain: Bytes32) {
    self.count = count
    self.chain = chain
  }

  /// The position of a feed without entries.
  public static func start(of feed: FeedKey, vault: DID) -> FeedPosition {
    let bytes =
      Array("vault/v1/feed".utf8) + [0] + vault.key.bytes + feed.scope.bytes
      + feed.device.key.bytes
    return FeedPosition(count: 0, chain: Hash.sha256(bytes))
  }

  /// The position after one more entry.
  public func advanced(by entry: FeedEntry) -> FeedPosition {
    let bytes =
      Array("vault/v1/chain".utf8) + [0] + chain.bytes + Hash.sha256(entry.unsignedBytes).bytes
    return FeedPosition(count: count + 1, chain: Hash.sha256(bytes))
  }
}
