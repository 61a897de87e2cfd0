import VaultEncoding
import VaultPacking
import VaultStore

extension NodeStore {
  /// The size of a stored shard; nil when it is not stored.
  func shardBytes(_ shard: ShardName, of tenant: Int64) throws -> Int? {
    try database.read { try Self.shardBytes(shard, of: tenant, in: $0) }
  }

  private static func shardBytes(
    _ shard: ShardName, of tenant: Int64, in transaction: DatabaseTransaction
  ) throws -> Int? {
    try transaction.first(
      "SELECT size FROM shards WHERE tenant = ? AND name = ?",
      [.integer(tenant), .bytes(shard.root.bytes)]
    ) { $0.int(0) }
  }

  /// The sizes of shards in the order asked, 0 for those that are not stored.
  func shardSizes(_ shards: [ShardName], of tenant: Int64) throws -> [Int] {
    try database.read { transaction in
      try shards.map { try Self.shardBytes($0, of: tenant, in: transaction) ?? 0 }
    }
  }

  /// Which of these shards have no row.
  func strays(among shards: [ShardName], of tenant: Int64) throws -> [ShardName] {
    zip(shards, try shardSizes(shards, of: tenant)).filter { $0.1 == 0 }.map(\.0)
  }

  /// Adds the row of a shard whose file is on stable storage.
  ///
  /// Throws `QuotaExceeded`.
  func addShard(
    _ shard: ShardName, size: Int, of tenant: Int64, at time: Timestamp, isPiece: Bool = false
  ) throws {
    try database.write { transaction in
      try transaction.run(
        """
        INSERT OR IGNORE INTO shards (tenant, name, size, stored_at, is_piece)
        VALUES (?, ?, ?, ?, ?)
        """,
        [
          .integer(tenant), .bytes(shard.root.bytes), .int(size), .integer(time.milliseconds),
          .int(isPiece ? 1 : 0),
        ])
      guard transaction.changedCount == 1 else { return }
      let figures = try Self.figures(of: tenant, in: transaction)
      try Self.check(figures, adding: Int64(size), usedBytesMax: figures.quotaBytes)
      try Self.add(Int64(size), toUsedOf: tenant, in: transaction)
    }
  }

  /// Notes that what may have come as a piece of a checkpoint is a pack's shard too: it stays.
  func setPackShard(_ shard: ShardName, of tenant: Int64) throws {
    try database.write { transaction in
      try transaction.run(
        "UPDATE shards SET is_piece = 0 WHERE tenant = ? AND name = ? AND is_piece = 1",
        [.integer(tenant), .bytes(shard.root.bytes)])
    }
  }

  /// Shards of a tenant in the order of their names, after `name`: a page of a long list.
  func shards(
    of tenant: Int64, after name: ShardName?, countMax: Int
  ) throws -> [(shard: ShardName, size: Int)] {
    try database.read { transaction in
      try transaction.all(
        "SELECT name, size FROM shards WHERE tenant = ? AND name > ? ORDER BY name LIMIT ?",
        [.integer(tenant), .bytes(name?.root.bytes ?? []), .int(countMax)]
      ) { (ShardName(root: try $0.bytes32(0)), $0.int(1)) }
    }
  }

  /// Bytes used as their rows say: must equal the sums that are kept.
  func countedBytes(of tenant: Int64) throws -> Int64 {
    try database.read { transaction in
      try transaction.first(
        """
        SELECT
          (SELECT coalesce(sum(size), 0) FROM shards WHERE tenant = ?1)
          + (SELECT coalesce(sum(length(bytes)), 0) FROM policy WHERE tenant = ?1)
          + (SELECT coalesce(sum(length(bytes)), 0) FROM heads WHERE tenant = ?1)
          + (SELECT coalesce(sum(length(bytes)), 0) FROM checkpoints WHERE tenant = ?1)
          + (SELECT coalesce(sum(length(e.bytes)), 0)
             FROM feeds AS f JOIN entries AS e ON e.feed = f.id WHERE f.tenant = ?1)
        """, [.integer(tenant)]
      ) { $0.integer(0) } ?? 0
    }
  }
}
