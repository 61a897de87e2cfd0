public import VaultEncoding

extension VaultTransaction {
  /// A device's newest head; nil when none is known.
  public func head(of device: DID) throws -> StoredHead? {
    try sql.first(
      "SELECT device, sequence, cid, envelope FROM heads WHERE device = ?", [.did(device)],
      Self.readHead)
  }

  /// The newest head of each device, by device.
  public func heads() throws -> [StoredHead] {
    try sql.all(
      "SELECT device, sequence, cid, envelope FROM heads ORDER BY device", [], Self.readHead)
  }

  /// Keeps a newer head.
  ///
  /// Throws `.outOfOrder` for an older one, or another of the same number.
  public func setHead(_ head: StoredHead) throws {
    if let known = try self.head(of: head.device) {
      if known.cid == head.cid { return }
      guard head.sequence > known.sequence else {
        throw StoreError(
          .outOfOrder,
          "head \(head.sequence) of \(head.device) does not follow the known \(known.sequence)")
      }
    }
    try sql.run(
      "INSERT OR REPLACE INTO heads (device, sequence, cid, envelope) VALUES (?, ?, ?, ?)",
      [.did(head.device), .unsigned(head.sequence), .cid(head.cid), .bytes(head.envelope)])
  }

  /// Forgets a device's newest head, so that another one may take its place.
  public func removeHead(of device: DID) throws {
    try sql.run("DELETE FROM heads WHERE device = ?", [.did(device)])
  }

  /// The newest heads that a node has shown, by device.
  public func headsSeen(at node: DID) throws -> [SeenHead] {
    try sql.all(
      """
      SELECT node_heads.device, node_heads.sequence, node_heads.cid
      FROM node_heads JOIN nodes ON nodes.node = node_heads.node
      WHERE nodes.did = ? ORDER BY node_heads.device
      """, [.did(node)]
    ) { SeenHead(device: try $0.did(0), sequence: try $0.unsigned(1), cid: try $0.cid(2)) }
  }

  /// Remembers what a node has shown.
  ///
  /// Comparing with what it showed before is the caller's.
  public func setHeadSeen(_ head: SeenHead, at node: DID) throws {
    try sql.run(
      "INSERT OR REPLACE INTO node_heads (node, device, sequence, cid) VALUES (?, ?, ?, ?)",
      [.integer(try nodeRow(node)), .did(head.device), .unsigned(head.sequence), .cid(head.cid)])
  }

  private static func readHead(_ row: DatabaseRow) throws -> StoredHead {
    StoredHead(
      device: try row.did(0), sequence: try row.unsigned(1), cid: try row.cid(2),
      envelope: row.bytes(3))
  }
}
