public import VaultEncoding

/// How far one device's feed in one scope is stored here.
public struct StoredFeed: Hashable, Sendable {
  /// The scope.
  public let scope: ScopeID
  /// The device that writes the feed.
  public let device: DID
  /// The lowest sequence whose bytes are still here; `count + 1` when none are.
  public let first: UInt64
  /// The sequence of the newest entry; 0 before the first.
  public let count: UInt64
  /// The chain hash after the newest entry.
  public let chain: Bytes32

  /// Describes a feed.
  public init(scope: ScopeID, device: DID, first: UInt64, count: UInt64, chain: Bytes32) {
    self.scope = scope
    self.device = device
    self.first = first
    self.count = count
    self.chain = chain
  }
}
