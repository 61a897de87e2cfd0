public import VaultEncoding

/// Which node holds which shard of one pack, and how good that is.
public struct PlacementChoice: Hashable, Sendable {
  /// Entry i is the node of shard i; nil when there are too few nodes for all shards.
  public let nodes: [DID?]
  /// What could not be kept, and why; empty when all could.
  public let relaxations: [PlacementRelaxation]
  /// The most shards that one operator holds: losing it loses so many.
  public let shardsOfOneOperatorMax: Int
  /// The most shards that one region holds.
  ///
  /// When this is above n − k, losing a region loses the pack. Nodes without a region count as one.
  public let shardsInOneRegionMax: Int
}
