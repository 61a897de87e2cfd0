import VaultPacking
import VaultStore
import VaultSync

extension Vault {
  /// Asks a node that shows less than it had which shards are still there, and marks the others:
  /// their packs are brought back and stored anew.
  func recount(_ client: NodeClient) async throws {
    let stored = try database.read { try $0.shardsStored(at: client.node) }
    for slice in stored.slices(of: SyncLimits.haveShardsMax) {
      let sizes = try await client.have(slice.map { ShardName(root: $0.name) })
      let lost = zip(slice, sizes).filter { $0.1 == 0 }.map(\.0)
      try database.write { try $0.setLost(lost) }
    }
  }
}

extension VaultTransaction {
  /// Notes that nodes do not have shards that they signed for.
  func setLost(_ shards: [StoredShard]) throws {
    for shard in shards {
      try setMissing(shard: shard.position, of: shard.pack)
      try setState(.degraded, of: shard.pack)
    }
  }
}
