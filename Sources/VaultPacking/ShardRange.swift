/// A range of one shard.
public struct ShardRange: Hashable, Sendable {
  /// The shard's index, 0 ..< n.
  public let shard: Int
  /// The bytes within the shard.
  public let range: Range<Int>

  /// A range of a shard.
  public init(shard: Int, range: Range<Int>) {
    self.shard = shard
    self.range = range
  }
}
