public import VaultEncoding

/// A pack, as far as this device knows it.
public struct StoredPack: Hashable, Sendable {
  /// How far a pack has come.
  public enum State: Int, Hashable, Sendable {
    /// Chunks are still being added; it has no name and no file yet. A crash forgets it.
    case building = 0
    /// Finished and in the outbox; no node has a shard yet.
    case sealed = 1
    /// Some nodes have acknowledged their shards, not enough of them.
    case uploading = 2
    /// All n shards are acknowledged: the local file is only a copy.
    case safe = 3
    /// It was safe; fewer than n shards are there now, so it is to be repaired.
    case degraded = 4
    /// Fewer than k shards are there and no local file: its data is out of reach for now.
    case unreachable = 5
  }

  /// Its row here.
  public let row: PackRow
  /// SHA-256 of the padded pack; nil while it is being built.
  public let name: Bytes32?
  /// The scope whose chunks it holds.
  public let scope: ScopeID
  /// How many bytes it has, padding included.
  public let length: Int
  /// How many shards rebuild it.
  public let dataShards: Int
  /// How many shards there are.
  public let totalShards: Int
  /// How far it has come.
  public let state: State
  /// Whether its file is on this device.
  public let isLocal: Bool
}
