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
      try files.forEachFolder(in: tenant.vault) { found in
        for stray in try store.strays(among: found.map(\.shard), of: tenant.id) {
          try files.remove(stray, in: tenant.vault)
        }
      }
    }
  }
}
