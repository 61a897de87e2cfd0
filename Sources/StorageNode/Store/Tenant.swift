public import VaultEncoding

/// A vault that a node stores for.
public struct Tenant: Sendable, Hashable {
  /// The row's number in the node's database.
  let id: Int64
  /// The vault.
  public let vault: DID
  /// Bytes it may store.
  public let quotaBytes: Int64
  /// Bytes it stores: shards, entries, policy and heads.
  public let usedBytes: Int64
  /// How many shards it stores.
  public let shardCount: Int
  /// When it took up its invitation.
  public let enrolledAt: Timestamp
}
