public import VaultEncoding

extension VaultTransaction {
  /// Adds an entry of the policy log; says whether it was new.
  @discardableResult
  public func addPolicyEntry(_ cid: CID, bytes: [UInt8]) throws -> Bool {
    try sql.run(
      "INSERT INTO policy (cid, bytes) VALUES (?, ?) ON CONFLICT (cid) DO NOTHING",
      [.cid(cid), .bytes(bytes)])
    return sql.changedCount > 0
  }

  /// The entries behind a position, in the order in which they came; from the first one with 0.
  public func policyEntries(after position: Int64 = 0) throws -> [StoredPolicyEntry] {
    try sql.all(
      "SELECT position, cid, bytes FROM policy WHERE position > ? ORDER BY position",
      [.integer(position)]
    ) { StoredPolicyEntry(position: $0.integer(0), cid: try $0.cid(1), bytes: $0.bytes(2)) }
  }

  /// One entry's bytes; nil when it is not known.
  public func policyEntry(_ cid: CID) throws -> [UInt8]? {
    try sql.first("SELECT bytes FROM policy WHERE cid = ?", [.cid(cid)]) { $0.bytes(0) }
  }

  /// The entries that a node has not acknowledged.
  public func policyEntriesLacking(at node: DID) throws -> [StoredPolicyEntry] {
    let acknowledged = try sql.first(
      "SELECT policy_acknowledged FROM nodes WHERE did = ?", [.did(node)]
    ) { $0.integer(0) }
    return try policyEntries(after: acknowledged ?? 0)
  }

  /// How many entries, in the order in which they came, a node has acknowledged.
  public func policyAcknowledgedCount(by node: DID) throws -> Int {
    try sql.first(
      """
      SELECT count(*) FROM policy
      WHERE position <= (SELECT policy_acknowledged FROM nodes WHERE did = ?)
      """, [.did(node)]
    ) { $0.int(0) } ?? 0
  }

  /// Records that a node has the first so many entries, and no claim to more.
  public func setPolicyAcknowledged(by node: DID, count: Int) throws {
    try sql.run(
      """
      UPDATE nodes SET policy_acknowledged = coalesce(
        (SELECT max(position) FROM (SELECT position FROM policy ORDER BY position LIMIT ?)), 0)
      WHERE node = ?
      """, [.int(count), .integer(try nodeRow(node))])
  }

  /// Keeps a node's signed receipt that it enforces an entry.
  public func setPolicyReceipt(_ receipt: [UInt8], for cid: CID, by node: DID) throws {
    try sql.run(
      "INSERT OR REPLACE INTO policy_receipts (node, cid, receipt) VALUES (?, ?, ?)",
      [.integer(try nodeRow(node)), .cid(cid), .bytes(receipt)])
  }

  /// The nodes that have signed for an entry, with their receipts.
  public func policyReceipts(for cid: CID) throws -> [(node: DID, receipt: [UInt8])] {
    try sql.all(
      """
      SELECT nodes.did, policy_receipts.receipt
      FROM policy_receipts JOIN nodes ON nodes.node = policy_receipts.node
      WHERE policy_receipts.cid = ? ORDER BY nodes.did
      """, [.cid(cid)]
    ) { (node: try $0.did(0), receipt: $0.bytes(1)) }
  }
}
