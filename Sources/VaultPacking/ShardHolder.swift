public import VaultEncoding

/// A node that says it has a shard, and what is known about reaching it.
public struct ShardHolder: Hashable, Sendable {
  /// How a node did lately, best first.
  public enum Health: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    /// It answered.
    case good
    /// It was late or failed once; it is asked when better ones do not suffice.
    case doubtful
    /// It did not answer; it is asked last.
    case down

    /// Better before worse.
    public static func < (left: Health, right: Health) -> Bool { left.rawValue < right.rawValue }
  }

  /// The node.
  public let node: DID
  /// The shard's index.
  public let shard: Int
  /// The usual time to a first byte.
  public let latencyMilliseconds: Int
  /// How the node did lately.
  public let health: Health

  /// A holder of a shard.
  public init(node: DID, shard: Int, latencyMilliseconds: Int, health: Health = .good) {
    self.node = node
    self.shard = shard
    self.latencyMilliseconds = latencyMilliseconds
    self.health = health
  }
}
