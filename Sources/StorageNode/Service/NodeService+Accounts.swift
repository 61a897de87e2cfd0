import VaultEncoding
import VaultPacking

extension NodeService {
  /// Compares every sum with what it counts, and every shard's row with its file: one sentence for
  /// each difference, none when all is well.
  ///
  /// For tests and self-checks, while no request is answered. Complexity: reads every shard.
  public func accountProblems() throws -> [String] {
    var problems: [String] = []
    for tenant in try store.tenants() {
      let who = "vault \(tenant.vault.text.suffix(8))"
      let counted = try store.countedBytes(of: tenant.id)
      if counted != tenant.usedBytes {
        problems.append("\(who) uses \(counted) bytes and \(tenant.usedBytes) are on its account")
      }
      var seen = 0
      try files.forEachFolder(in: tenant.vault) { found in
        for file in found {
          seen += 1
          if try store.shardBytes(file.shard, of: tenant.id) == nil {
            problems.append("\(who) has a file without a row: \(file.shard.root.hex)")
          }
        }
      }
      if seen != tenant.shardCount {
        problems.append("\(who) has \(seen) shard files and \(tenant.shardCount) rows")
      }
      problems += try shardProblems(of: tenant, who: who)
    }
    let total = try store.usedBytes()
    let remembered = withState { $0.usedBytes }
    if total != remembered {
      problems.append("the node remembers \(remembered) bytes and the accounts say \(total)")
    }
    return problems
  }

  private func shardProblems(of tenant: Tenant, who: String) throws -> [String] {
    try store.shards(of: tenant.id, after: nil, countMax: .max).compactMap { shard, size in
      files.problem(with: shard, size: size, in: tenant.vault).map {
        "\(who), shard \(shard.root.hex): \($0)"
      }
    }
  }
}
