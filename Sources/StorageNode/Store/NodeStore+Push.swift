import VaultCrypto
import VaultEncoding
import VaultStore
import VaultSync

extension NodeStore {
  /// What a verified push changes: made by `NodeService`, written here in one transaction.
  struct Changes {
    var policy: [(cid: CID, bytes: [UInt8])] = []
    var entries: [(feed: FeedKey, accepted: FeedRun.Accepted)] = []
    var heads: [HeadChange] = []

    /// A head to keep: as the newest of its device, or as evidence that the device forked.
    struct HeadChange {
      let head: Head
      let scope: ScopeID
      let isEvidence: Bool
      /// Bytes of the head that it takes the place of.
      let replacedBytes: Int
    }

    /// Bytes that the vault uses more after the change.
    ///
    /// Negative when heads became shorter.
    var usedBytes: Int64 {
      let policyBytes = policy.reduce(0) { $0 + $1.bytes.count }
      let entryBytes = entries.reduce(0) { $0 + $1.accepted.bytes.count }
      let headBytes = heads.reduce(0) { $0 + $1.head.bytes.count - $1.replacedBytes }
      return Int64(policyBytes + entryBytes + headBytes)
    }
  }

  /// Writes a push; the bytes used and allowed afterwards.
  ///
  /// Throws `QuotaExceeded` when the vault would use more than `usedBytesMax(quota)`.
  func apply(
    _ changes: Changes, to tenant: Int64, usedBytesMax: (_ quotaBytes: Int64) -> Int64
  ) throws -> (usedBytes: Int64, quotaBytes: Int64) {
    try database.write { transaction in
      let added = changes.usedBytes
      let figures = try Self.figures(of: tenant, in: transaction)
      if added > 0 {
        try Self.check(figures, adding: added, usedBytesMax: usedBytesMax(figures.quotaBytes))
      }
      for entry in changes.policy {
        _ = try Self.addPolicy(entry.cid, entry.bytes, of: tenant, to: transaction)
      }
      try Self.addEntries(changes.entries, of: tenant, to: transaction)
      for change in changes.heads { try Self.set(change, of: tenant, in: transaction) }
      try Self.add(added, toUsedOf: tenant, in: transaction)
      return (figures.usedBytes + added, figures.quotaBytes)
    }
  }

  /// Thrown when a vault would use more than it may.
  struct QuotaExceeded: Error {
    let usedBytes: Int64
    let quotaBytes: Int64
    let neededBytes: Int64
  }

  static func figures(
    of tenant: Int64, in transaction: DatabaseTransaction
  ) throws -> (usedBytes: Int64, quotaBytes: Int64) {
    let found = try transaction.first(
      "SELECT used, quota FROM tenants WHERE id = ?", [.integer(tenant)]
    ) { ($0.integer(0), $0.integer(1)) }
    guard let found else { throw StoreError(.notFound, "the tenant is gone") }
    return found
  }

  static func check(
    _ figures: (usedBytes: Int64, quotaBytes: Int64), adding added: Int64, usedBytesMax: Int64
  ) throws {
    guard added <= usedBytesMax - figures.usedBytes else {
      throw QuotaExceeded(
        usedBytes: figures.usedBytes, quotaBytes: figures.quotaBytes, neededBytes: added)
    }
  }

  private static func addEntries(
    _ entries: [(feed: FeedKey, accepted: FeedRun.Accepted)], of tenant: Int64,
    to transaction: DatabaseTransaction
  ) throws {
    var rows: [FeedKey: Int64] = [:]
    let insert = try transaction.statement(
      "INSERT INTO entries (feed, sequence, is_signed, bytes) VALUES (?, ?, ?, ?)")
    for (feed, accepted) in entries {
      let row: Int64
      if let known = rows[feed] {
        row = known
      } else {
        row = try Self.row(of: feed, tenant: tenant, in: transaction)
        rows[feed] = row
      }
      try insert.run([
        .integer(row), .int(accepted.entry.sequence),
        .int(accepted.entry.signature == nil ? 0 : 1), .bytes(accepted.bytes),
      ])
    }
    var last: [FeedKey: FeedPosition] = [:]
    for (feed, accepted) in entries { last[feed] = accepted.position }
    for (feed, position) in last {
      try transaction.run(
        """
        UPDATE feeds SET count = ?, chain = ?
        WHERE tenant = ? AND scope = ? AND device = ?
        """,
        [
          .int(position.count), .bytes(position.chain.bytes), .integer(tenant),
          .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes),
        ])
    }
  }

  private static func row(
    of feed: FeedKey, tenant: Int64, in transaction: DatabaseTransaction
  ) throws -> Int64 {
    let key: [SQLValue] = [
      .integer(tenant), .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes),
    ]
    if let found = try transaction.first(
      "SELECT id FROM feeds WHERE tenant = ? AND scope = ? AND device = ?", key,
      { $0.integer(0) })
    {
      return found
    }
    try transaction.run(
      "INSERT INTO feeds (tenant, scope, device, count, chain) VALUES (?, ?, ?, 0, x'')", key)
    return transaction.insertedRow
  }

  private static func set(
    _ change: Changes.HeadChange, of tenant: Int64, in transaction: DatabaseTransaction
  ) throws {
    try transaction.run(
      """
      INSERT OR REPLACE INTO heads (tenant, scope, device, is_evidence, sequence, cid, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(tenant), .bytes(change.scope.bytes), .bytes(change.head.device.key.bytes),
        .int(change.isEvidence ? 1 : 0),
        .int(change.head.sequence), .bytes(change.head.cid.bytes), .bytes(change.head.bytes),
      ])
  }

  /// Whether there is proof already that a device signed two heads of one number in a scope.
  func hasEvidence(against feed: FeedKey, tenant: Int64) throws -> Bool {
    try database.read { transaction in
      try transaction.first(
        "SELECT 1 FROM heads WHERE tenant = ? AND scope = ? AND device = ? AND is_evidence = 1",
        [.integer(tenant), .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes)]
      ) { _ in true } ?? false
    }
  }
}
