import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore
import VaultSync

extension NodeHome {
  /// Rows of shards that are looked at in one transaction.
  private static let scrubPage = 1_000

  func openStore() throws -> NodeStore {
    try NodeStore(files.database, disk: environment.disk)
  }

  /// A new invitation as one line.
  ///
  /// Its token is kept nowhere: only its hash is.
  public func invite(quotaBytes: Int64) throws -> String {
    try Self.wrapping {
      guard quotaBytes > 0, quotaBytes <= configuration.sizeBytes else {
        let size = ByteSize.text(configuration.sizeBytes)
        throw NodeError(.configuration, "the quota is more than the node's size of \(size)")
      }
      guard let record = try storedRecord(), record.node == did else {
        throw NodeError(
          .damaged, "node.record is missing or not this node's", hint: "run serve once")
      }
      var generator = environment.makeGenerator()
      let token = generator.nextBytes(16)
      try openStore().addInvitation(
        tokenHash: Hash.sha256(token), quotaBytes: quotaBytes, at: environment.clock.now())
      return Invitation(record: record, token: token, quotaBytes: Int(quotaBytes)).line
    }
  }

  /// The vaults that the node stores for, oldest first.
  public func tenants() throws -> [Tenant] {
    try Self.wrapping { try openStore().tenants() }
  }

  /// Reads every shard and compares it with its name.
  ///
  /// Changes nothing; may run beside `serve`.
  public func scrub() throws -> ScrubReport {
    try Self.wrapping {
      let store = try openStore()
      let shards = ShardFiles(disk: environment.disk, vaults: files.vaults)
      var report = ScrubReport()
      for tenant in try store.tenants() {
        var last: ShardName?
        while true {
          let page = try store.shards(of: tenant.id, after: last, countMax: Self.scrubPage)
          for (shard, size) in page {
            report.shardCount += 1
            report.bytes += Int64(size)
            guard let problem = shards.problem(with: shard, size: size, in: tenant.vault)
            else { continue }
            report.rotten.append(
              ScrubReport.Finding(vault: tenant.vault, shard: shard.root.hex, problem: problem))
          }
          guard let end = page.last?.shard else { break }
          last = end
        }
        try shards.forEachFolder(in: tenant.vault) { found in
          report.strayCount += try store.strays(among: found.map(\.shard), of: tenant.id).count
        }
      }
      return report
    }
  }
}
