public import VaultEncoding

/// One of the n pieces of a pack, and the node it is meant for.
public struct StoredShard: Hashable, Sendable {
  /// What has become of a shard.
  public enum State: Int, Hashable, Sendable {
    /// Not acknowledged yet, or not placed on any node yet.
    case planned = 0
    /// Acknowledged by its node with a signed receipt.
    case stored = 1
    /// Acknowledged once, and not found or damaged since.
    case missing = 2
  }

  /// The pack.
  public let pack: PackRow
  /// Which of the n it is, from 0.
  public let position: Int
  /// Its Merkle root.
  public let name: Bytes32
  /// The node it is meant for; nil when none is chosen.
  public let node: DID?
  /// What has become of it.
  public let state: State
  /// The node's signed receipt.
  public let receipt: [UInt8]?
}
