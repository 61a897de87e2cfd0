import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultStore

/// The index of a node: who stores what.
///
/// Every change is one transaction and durable when the call returns; every sum is kept in the
/// transaction that changes its parts.
final class NodeStore: Sendable {
  let database: Database

  init(_ path: DiskPath, disk: any Disk, readersMax: Int = 8) throws {
    database = try Database(
      path, schema: NodeSchema.schema, disk: disk, readersMax: readersMax)
  }

  // MARK: Invitations

  func addInvitation(tokenHash: Bytes32, quotaBytes: Int64, at time: Timestamp) throws {
    try database.write { transaction in
      try transaction.run(
        "INSERT INTO invitations (token, quota, made_at) VALUES (?, ?, ?)",
        [.bytes(tokenHash.bytes), .integer(quotaBytes), .integer(time.milliseconds)])
    }
  }

  /// An invitation as kept here.
  struct StoredInvitation {
    let quotaBytes: Int64
    let redeemedBy: DID?
  }

  func invitation(tokenHash: Bytes32) throws -> StoredInvitation? {
    try database.read { try Self.invitation(tokenHash, in: $0) }
  }

  private static func invitation(
    _ tokenHash: Bytes32, in transaction: DatabaseTransaction
  ) throws -> StoredInvitation? {
    try transaction.first(
      "SELECT quota, redeemed_by FROM invitations WHERE token = ?", [.bytes(tokenHash.bytes)]
    ) { row in
      StoredInvitation(
        quotaBytes: row.integer(0), redeemedBy: row.isNull(1) ? nil : try row.did(1))
    }
  }

  /// What enrolling writes.
  struct Enrolling {
    let vault: DID
    let genesis: [UInt8]
    let tokenHash: Bytes32
    let policy: [(cid: CID, bytes: [UInt8])]
    let time: Timestamp
    let replay: Replay
  }

  /// Makes the vault a tenant and the invitation its own; false when the invitation is another
  /// vault's.
  ///
  /// A second invitation of one vault raises its quota, if it is larger.
  func enroll(_ enrolling: Enrolling) throws -> Bool {
    try database.write { transaction in
      guard let invitation = try Self.invitation(enrolling.tokenHash, in: transaction),
        invitation.redeemedBy == nil || invitation.redeemedBy == enrolling.vault
      else { return false }
      try Self.forgetReplays(beforeSeconds: enrolling.time.seconds, in: transaction)
      try Self.add(enrolling.replay, to: transaction)
      try transaction.run(
        "UPDATE invitations SET redeemed_by = ? WHERE token = ?",
        [.bytes(enrolling.vault.key.bytes), .bytes(enrolling.tokenHash.bytes)])
      try transaction.run(
        """
        INSERT INTO tenants (vault, quota, used, genesis, invitation, enrolled_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (vault) DO UPDATE SET quota = max(quota, excluded.quota)
        """,
        [
          .bytes(enrolling.vault.key.bytes), .integer(invitation.quotaBytes), .int(0),
          .bytes(enrolling.genesis), .bytes(enrolling.tokenHash.bytes),
          .integer(enrolling.time.milliseconds),
        ])
      guard let tenant = try Self.tenant(enrolling.vault, in: transaction) else { return false }
      var added: Int64 = 0
      for entry in enrolling.policy {
        added += try Self.addPolicy(entry.cid, entry.bytes, of: tenant.id, to: transaction)
      }
      try Self.add(added, toUsedOf: tenant.id, in: transaction)
      return true
    }
  }

  // MARK: Tenants

  func tenant(_ vault: DID) throws -> Tenant? {
    try database.read { try Self.tenant(vault, in: $0) }
  }

  static func tenant(_ vault: DID, in transaction: DatabaseTransaction) throws -> Tenant? {
    try transaction.first(
      "SELECT id, vault, quota, used, 0, enrolled_at FROM tenants WHERE vault = ?",
      [.bytes(vault.key.bytes)], Self.tenant)
  }

  /// All tenants by their time of enrolling, with how many shards each has.
  func tenants() throws -> [Tenant] {
    try database.read { transaction in
      try transaction.all(
        """
        SELECT id, vault, quota, used,
          (SELECT count(*) FROM shards WHERE tenant = tenants.id), enrolled_at
        FROM tenants ORDER BY id
        """, [], Self.tenant)
    }
  }

  private static func tenant(_ row: DatabaseRow) throws -> Tenant {
    Tenant(
      id: row.integer(0), vault: try row.did(1), quotaBytes: row.integer(2),
      usedBytes: row.integer(3), shardCount: row.int(4),
      enrolledAt: Timestamp(milliseconds: row.integer(5)))
  }

  /// Bytes that all tenants store.
  func usedBytes() throws -> Int64 {
    try database.read {
      try $0.first("SELECT coalesce(sum(used), 0) FROM tenants") { $0.integer(0) }
    }
      ?? 0
  }

  static func add(
    _ bytes: Int64, toUsedOf tenant: Int64, in transaction: DatabaseTransaction
  ) throws {
    try transaction.run(
      "UPDATE tenants SET used = used + ? WHERE id = ?", [.integer(bytes), .integer(tenant)])
  }

  /// Adds a policy entry; the bytes that this uses, 0 when it was there.
  static func addPolicy(
    _ cid: CID, _ bytes: [UInt8], of tenant: Int64, to transaction: DatabaseTransaction
  ) throws -> Int64 {
    try transaction.run(
      "INSERT OR IGNORE INTO policy (tenant, cid, bytes) VALUES (?, ?, ?)",
      [.integer(tenant), .bytes(cid.bytes), .bytes(bytes)])
    return transaction.changedCount == 1 ? Int64(bytes.count) : 0
  }

  // MARK: Replays

  /// An invocation that must not be taken twice.
  struct Replay: Sendable {
    let cid: CID
    /// Seconds since 1970 after which it is expired anyway.
    let untilSeconds: Int64
  }

  /// Thrown when an invocation was taken before.
  struct ReplayFound: Error {}

  func isReplay(_ cid: CID) throws -> Bool {
    try database.read { transaction in
      try transaction.first("SELECT 1 FROM replays WHERE cid = ?", [.bytes(cid.bytes)]) { _ in
        true
      } ?? false
    }
  }

  static func add(_ replay: Replay, to transaction: DatabaseTransaction) throws {
    try transaction.run(
      "INSERT OR IGNORE INTO replays (cid, until) VALUES (?, ?)",
      [.bytes(replay.cid.bytes), .integer(replay.untilSeconds)])
    guard transaction.changedCount == 1 else { throw ReplayFound() }
  }

  /// Forgets invocations that are expired by now.
  ///
  /// A few at a time: the rest waits its turn.
  static func forgetReplays(
    beforeSeconds now: Int64, in transaction: DatabaseTransaction
  ) throws {
    try transaction.run(
      """
      DELETE FROM replays WHERE cid IN (SELECT cid FROM replays WHERE until < ? LIMIT 64)
      """, [.integer(now)])
  }
}
