public import VaultEncoding

/// A shard that changes its node.
public struct PlacementMove: Hashable, Sendable {
  /// The shard's index.
  public let shard: Int
  /// The node that held it; nil when the shard had no place.
  public let from: DID?
  /// The node that is to hold it; nil when no node can take it.
  public let to: DID?
}
