import VaultEncoding
import VaultPacking
import VaultStore
import VaultSync

extension NodeStore {
  /// The newest checkpoints of a scope, the newest first.
  func checkpoints(of scope: ScopeID, tenant: Int64) throws -> [[UInt8]] {
    try database.read { transaction in
      try transaction.all(
        """
        SELECT bytes FROM checkpoints WHERE tenant = ? AND scope = ?
        ORDER BY coverage DESC, id DESC
        """, [.integer(tenant), .bytes(scope.bytes)]
      ) { $0.bytes(0) }
    }
  }

  /// Keeps a checkpoint, and forgets those of its scope that are older than the newest `kept`.
  func add(_ checkpoint: Checkpoint, of tenant: Int64, kept: Int) throws -> Int64 {
    try database.write { transaction in
      let scope = SQLValue.bytes(checkpoint.facts.scope.bytes)
      try transaction.run(
        """
        INSERT OR IGNORE INTO checkpoints (tenant, scope, cid, coverage, bytes)
        VALUES (?, ?, ?, ?, ?)
        """,
        [
          .integer(tenant), scope, .bytes(checkpoint.cid.bytes), .int(checkpoint.coverage),
          .bytes(checkpoint.bytes),
        ])
      guard transaction.changedCount == 1 else { return 0 }
      var used = Int64(checkpoint.bytes.count)
      let figures = try Self.figures(of: tenant, in: transaction)
      try Self.check(figures, adding: used, usedBytesMax: figures.quotaBytes)
      let old = try transaction.all(
        """
        SELECT id, length(bytes) FROM checkpoints WHERE tenant = ? AND scope = ?
        ORDER BY coverage DESC, id DESC LIMIT -1 OFFSET ?
        """, [.integer(tenant), scope, .int(kept)]
      ) { (id: $0.integer(0), bytes: $0.integer(1)) }
      for row in old {
        try transaction.run("DELETE FROM checkpoints WHERE id = ?", [.integer(row.id)])
        used -= row.bytes
      }
      try Self.add(used, toUsedOf: tenant, in: transaction)
      return used
    }
  }

  /// Forgets pieces that were stored before a time and that no checkpoint needs any more; their
  /// names, so that the files can go.
  ///
  /// Shards of packs are never touched, whatever a checkpoint names: only what was stored as a
  /// piece goes.
  func removePieces(
    of tenant: Int64, storedBefore time: Timestamp
  ) throws -> (pieces: [ShardName], freedBytes: Int64) {
    try database.write { transaction in
      var needed: Set<ShardName> = []
      try transaction.forEachRow(
        "SELECT bytes FROM checkpoints WHERE tenant = ?", [.integer(tenant)]
      ) { needed.formUnion(try Self.pieces($0.bytes(0))) }
      let pieces = try transaction.all(
        "SELECT name, size FROM shards WHERE tenant = ? AND is_piece = 1 AND stored_at < ?",
        [.integer(tenant), .integer(time.milliseconds)]
      ) { (name: ShardName(root: try $0.bytes32(0)), size: $0.integer(1)) }
      let gone = pieces.filter { !needed.contains($0.name) }
      for piece in gone {
        try transaction.run(
          "DELETE FROM shards WHERE tenant = ? AND name = ?",
          [.integer(tenant), .bytes(piece.name.root.bytes)])
      }
      let freed = gone.reduce(0) { $0 + $1.size }
      try Self.add(-freed, toUsedOf: tenant, in: transaction)
      return (gone.map(\.name), freed)
    }
  }

  private static func pieces(_ bytes: [UInt8]) throws -> [ShardName] {
    try Checkpoint(verifying: bytes).facts.pieces.map(\.name)
  }
}
