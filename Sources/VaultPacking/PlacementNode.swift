public import VaultEncoding

/// A node as placement sees it.
public struct PlacementNode: Hashable, Sendable {
  /// The node.
  public let did: DID
  /// Its share of the shards, relative to the other nodes' weights; 0 takes no shards (draining).
  public let weight: UInt32
  /// Where it stands, by the owner's word; nodes without a region count as one region, since
  /// nothing says that they are apart.
  public let region: String?
  /// Who runs it, by the owner's word; a node without an operator counts as run by somebody else
  /// than all others.
  public let operatorName: String?

  /// A node as the owner's policy describes it.
  public init(
    did: DID, weight: UInt32 = 1, region: String? = nil, operatorName: String? = nil
  ) {
    self.did = did
    self.weight = weight
    self.region = region
    self.operatorName = operatorName
  }
}
