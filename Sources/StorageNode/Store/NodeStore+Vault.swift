import VaultCrypto
import VaultEncoding
import VaultStore
import VaultSync

extension NodeStore {
  /// Everything about a vault but its entries and shards; nil when it is no tenant.
  func index(of vault: DID) throws -> VaultIndex? {
    try database.read { transaction in
      guard
        let (tenant, genesis) = try transaction.first(
          "SELECT id, genesis FROM tenants WHERE vault = ?", [.bytes(vault.key.bytes)],
          { ($0.integer(0), $0.bytes(1)) })
      else { return nil }
      let policy = try transaction.all(
        "SELECT cid FROM policy WHERE tenant = ? ORDER BY id", [.integer(tenant)]
      ) { try CID(bytes: $0.bytes(0)) }
      var feeds: FeedVector = [:]
      try transaction.forEachRow(
        "SELECT scope, device, count, chain FROM feeds WHERE tenant = ?", [.integer(tenant)]
      ) { row in
        feeds[FeedKey(scope: try row.scope(0), device: try row.did(1))] = FeedPosition(
          count: row.int(2), chain: try row.bytes32(3))
      }
      var heads: [FeedKey: VaultIndex.NewestHead] = [:]
      try transaction.forEachRow(
        """
        SELECT scope, device, sequence, cid, length(bytes) FROM heads
        WHERE tenant = ? AND is_evidence = 0
        """, [.integer(tenant)]
      ) { row in
        let key = FeedKey(scope: try row.scope(0), device: try row.did(1))
        heads[key] = VaultIndex.NewestHead(
          sequence: row.int(2), cid: try CID(bytes: row.bytes(3)), sizeBytes: row.int(4))
      }
      return VaultIndex(
        tenant: tenant, genesis: genesis, policy: policy, feeds: feeds, heads: heads)
    }
  }

  /// The bytes of all policy entries, in the order they came.
  func policyEntries(of tenant: Int64) throws -> [[UInt8]] {
    try database.read { transaction in
      try transaction.all(
        "SELECT bytes FROM policy WHERE tenant = ? ORDER BY id", [.integer(tenant)]
      ) { $0.bytes(0) }
    }
  }

  /// The newest heads of some devices in a scope, until they are more than `bytesMax`.
  func heads(
    of devices: [DID], in scope: ScopeID, tenant: Int64, bytesMax: Int
  ) throws -> (heads: [[UInt8]], isComplete: Bool) {
    try database.read { transaction in
      var heads: [[UInt8]] = []
      var total = 0
      for device in devices {
        let bytes = try transaction.first(
          """
          SELECT bytes FROM heads
          WHERE tenant = ? AND scope = ? AND device = ? AND is_evidence = 0
          """, [.integer(tenant), .bytes(scope.bytes), .bytes(device.key.bytes)]
        ) { $0.bytes(0) }
        guard let bytes else { continue }
        total += bytes.count
        guard total <= bytesMax || heads.isEmpty else { return (heads, false) }
        heads.append(bytes)
      }
      return (heads, true)
    }
  }

  /// Entries of a feed from `first` on that end with a signed one and have at most `bytesMax`
  /// bytes, or are the shortest such run if that is longer and `atLeastOne`.
  func run(
    _ feed: FeedKey, of tenant: Int64, from first: Int, bytesMax: Int, atLeastOne: Bool
  ) throws -> FeedRun {
    try database.read { transaction in
      var entries: [[UInt8]] = []
      var total = 0
      var kept = 0
      let statement = try transaction.statement(
        """
        SELECT e.is_signed, e.bytes FROM feeds AS f JOIN entries AS e ON e.feed = f.id
        WHERE f.tenant = ? AND f.scope = ? AND f.device = ? AND e.sequence >= ?
        ORDER BY e.sequence
        """)
      struct Enough: Error {}
      do {
        try statement.forEachRow(
          [
            .integer(tenant), .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes), .int(first),
          ]
        ) { row in
          let bytes = row.bytes(1)
          total += bytes.count
          if total > bytesMax, kept > 0 || !atLeastOne { throw Enough() }
          entries.append(bytes)
          if row.int(0) == 1 { kept = entries.count }
          if total > bytesMax, kept > 0 { throw Enough() }
        }
      } catch is Enough {
        // What was kept is as much as fits.
      }
      return FeedRun(feed: feed, first: first, entries: Array(entries.prefix(kept)))
    }
  }

  /// One stored entry.
  func entry(_ sequence: Int, of feed: FeedKey, tenant: Int64) throws -> [UInt8]? {
    try database.read { transaction in
      try transaction.first(
        """
        SELECT e.bytes FROM feeds AS f JOIN entries AS e ON e.feed = f.id
        WHERE f.tenant = ? AND f.scope = ? AND f.device = ? AND e.sequence = ?
        """,
        [
          .integer(tenant), .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes),
          .int(sequence),
        ]
      ) { $0.bytes(0) }
    }
  }
}
