public import VaultEncoding

/// What a node answered when it was asked who it is.
public struct NodeProbe: Hashable, Sendable {
  /// The node.
  public var did: DID
  /// What the owner calls it.
  public var name: String
  /// Where it is reached.
  public var url: String
  /// How long its answer took, connecting included; nil when there was none.
  public var latencyMilliseconds: Int?
  /// Whether it can store: it is not draining, and its disk has room.
  public var isReady = false
  /// How far its clock is ahead of this device's, where it tells; exact to two seconds.
  public var clockDifferenceMilliseconds: Int?
  /// Why it is of no use now; nil when all is well.
  public var problem: FreeholdError?
}
