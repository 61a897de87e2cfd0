public import VaultEncoding

/// One question to one node: these bytes of this shard.
public struct RangeRequest: Hashable, Sendable {
  /// Who is asked.
  public let node: DID
  /// The shard's index.
  public let shard: Int
  /// The bytes within the shard; never empty.
  public let range: Range<Int>

  init(_ node: DID, _ shard: Int, _ range: Range<Int>) {
    self.node = node
    self.shard = shard
    self.range = range
  }
}
