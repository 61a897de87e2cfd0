public import VaultEncoding

extension VaultTransaction {
  private static let columns = "did, name, url, record, state, facts FROM nodes"

  /// Adds a node, or changes what is known about it.
  ///
  /// What it has acknowledged stays.
  public func setNode(_ node: StoredNode) throws {
    try sql.run(
      """
      INSERT INTO nodes (did, name, url, record, state, facts) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (did) DO UPDATE SET name = excluded.name, url = excluded.url,
        record = excluded.record, state = excluded.state, facts = excluded.facts
      """,
      [
        .did(node.did), .text(node.name), .text(node.url), .bytes(node.record),
        .int(node.state.rawValue), .bytes(node.facts),
      ])
  }

  /// One node; nil when it is not known.
  public func node(_ did: DID) throws -> StoredNode? {
    try sql.first("SELECT \(Self.columns) WHERE did = ?", [.did(did)], Self.readNode)
  }

  /// All nodes, in the order in which they were added.
  public func nodes() throws -> [StoredNode] {
    try sql.all("SELECT \(Self.columns) ORDER BY node", [], Self.readNode)
  }

  /// Removes a node and everything it has acknowledged; its shards are to be placed anew.
  public func removeNode(_ did: DID) throws {
    try forgetAcknowledgements(of: did)
    try sql.run("UPDATE shards SET node = NULL WHERE node = ?", [.integer(try nodeRow(did))])
    try sql.run("DELETE FROM nodes WHERE did = ?", [.did(did)])
  }

  /// Forgets everything a node has acknowledged, as after the loss of its disk: all is lacking
  /// there again.
  ///
  /// What it has shown of heads stays, so that a rollback is still noticed.
  public func forgetAcknowledgements(of did: DID) throws {
    let node = SQLValue.integer(try nodeRow(did))
    try sql.run("DELETE FROM node_feeds WHERE node = ?", [node])
    try sql.run("DELETE FROM policy_receipts WHERE node = ?", [node])
    try sql.run("UPDATE nodes SET policy_acknowledged = 0 WHERE node = ?", [node])
    // What was safe is not any more: 3 is safe, 4 degraded.
    try sql.run(
      """
      UPDATE packs SET state = 4
      WHERE state = 3 AND pack IN (SELECT pack FROM shards WHERE node = ?)
      """, [node])
    try sql.run("UPDATE shards SET state = 0, receipt = NULL WHERE node = ?", [node])
  }

  /// A node's row.
  ///
  /// Throws `.notFound` for a node that was never added.
  func nodeRow(_ did: DID) throws -> Int64 {
    let row = try sql.first("SELECT node FROM nodes WHERE did = ?", [.did(did)]) { $0.integer(0) }
    guard let row else { throw StoreError(.notFound, "no node \(did) was added") }
    return row
  }

  private static func readNode(_ row: DatabaseRow) throws -> StoredNode {
    guard let state = StoredNode.State(rawValue: row.int(4)) else { throw row.damaged(4) }
    return StoredNode(
      did: try row.did(0), name: row.text(1), url: row.text(2), record: row.bytes(3),
      state: state, facts: row.bytes(5))
  }
}
