import VaultEncoding
import VaultPacking

extension NodeService {
  /// Removes shard files without a row, which a crash between the two leaves: nobody was told that
  /// they are stored.
  ///
  /// Files are then exactly what the accounts say.
  func removeStrays() throws {
    for tenant in try store.tenants() {
      try files.removeLeftovers(in: tenant.vault)
      var strays: [ShardName] = []
      try files.forEach(in: tenant.vault) { shard, _ in
        if try store.shardBytes(shard, of: tenant.id) == nil { strays.append(shard) }
      }
      for shard in strays { try files.remove(shard, in: tenant.vault) }
    }
  }
}
