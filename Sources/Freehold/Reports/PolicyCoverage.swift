public import VaultEncoding

/// Which nodes have signed that they judge by a change of the policy.
public struct PolicyCoverage: Hashable, Sendable {
  /// A node that has not.
  public struct Silent: Hashable, Sendable {
    /// The node.
    public var did: DID
    /// What the owner calls it.
    public var name: String
    /// Why not.
    public var reason: String

    /// Describes a silent node.
    public init(did: DID, name: String, reason: String) {
      self.did = did
      self.name = name
      self.reason = reason
    }
  }

  /// The names of the nodes that have.
  public var acknowledged: [String] = []
  /// The nodes that have not: the next sync tells them.
  public var silent: [Silent] = []

  /// Nobody was asked yet.
  public init() {}
}
