public import VaultEncoding

/// How much of a device's feed in one scope counts: so many entries, and the hash that ends them.
public struct FeedPosition: Hashable, Sendable {
  /// The scope.
  public let scope: ScopeID
  /// How many entries count, from the first.
  public let count: UInt64
  /// The chain hash after the last of them.
  public let chain: Bytes32

  /// Puts a position together.
  public init(scope: ScopeID, count: UInt64, chain: Bytes32) {
    self.scope = scope
    self.count = count
    self.chain = chain
  }
}
