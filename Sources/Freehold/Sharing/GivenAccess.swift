public import VaultEncoding

/// What somebody has: the grants of a person to a folder, together.
public struct GivenAccess: Hashable, Sendable {
  /// What the owner calls the person, or the end of its DID.
  public var name: String
  /// The devices, and what the person's words stand for.
  public var members: [DID]
  /// The right.
  public var right: AccessRight
  /// The folder; nil when this device has no part of it.
  public var path: VaultPath?
  /// The last moment; nil for no end.
  public var until: Timestamp?
  /// The pattern of paths that may be written; nil for all.
  public var only: String?
  /// Whether what is there may also be removed, by who may write.
  public var removes: Bool
  /// How many times it may be handed on.
  public var hops: Int
  /// Who gave it.
  public var giver: String
  /// Whether the end is over.
  public var isOver: Bool
}

/// A revocation, and which nodes have signed that they know it.
public struct RevocationCoverage: Hashable, Sendable {
  /// Its name in the policy log.
  public var entry: CID
  /// Who was put out.
  public var name: String
  /// From which folders; the root for everything, none when this device has no part of them.
  public var paths: [VaultPath]
  /// Nodes that have signed for a policy with it.
  public var acknowledged: [String]
  /// Nodes that have not.
  public var silent: [String]
}
