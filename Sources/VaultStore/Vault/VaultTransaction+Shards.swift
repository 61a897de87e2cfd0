public import VaultEncoding

extension VaultTransaction {
  private static let columns = """
    shards.pack, shards.position, shards.name, nodes.did, shards.state, shards.receipt
    FROM shards LEFT JOIN nodes ON nodes.node = shards.node
    """

  /// The shards of a pack, by position.
  public func shards(of pack: PackRow) throws -> [StoredShard] {
    try sql.all(
      "SELECT \(Self.columns) WHERE shards.pack = ? ORDER BY shards.position",
      [.integer(pack.number)], Self.readShard)
  }

  /// The shards of a name: several only where a pack is replicated.
  public func shards(named name: Bytes32) throws -> [StoredShard] {
    try sql.all(
      "SELECT \(Self.columns) WHERE shards.name = ? ORDER BY shards.pack, shards.position",
      [.bytes32(name)], Self.readShard)
  }

  /// The shards that are meant for a node and not acknowledged by it, oldest pack first.
  public func shardsLacking(at node: DID, countMax: Int = .max) throws -> [StoredShard] {
    try sql.all(
      """
      SELECT \(Self.columns)
      WHERE shards.node = ? AND shards.state IN (0, 2)
      ORDER BY shards.pack, shards.position LIMIT ?
      """, [.integer(try nodeRow(node)), .int(countMax)], Self.readShard)
  }

  /// The shards that a node has acknowledged, oldest pack first.
  public func shardsStored(at node: DID) throws -> [StoredShard] {
    try sql.all(
      """
      SELECT \(Self.columns) WHERE shards.node = ? AND shards.state = 1
      ORDER BY shards.pack, shards.position
      """, [.integer(try nodeRow(node))], Self.readShard)
  }

  /// How many shards a node has acknowledged and how many it lacks.
  public func shardCounts(at node: DID) throws -> (stored: Int, lacking: Int) {
    try sql.first(
      "SELECT coalesce(sum(state = 1), 0), coalesce(sum(state <> 1), 0) FROM shards WHERE node = ?",
      [.integer(try nodeRow(node))]
    ) { ($0.int(0), $0.int(1)) } ?? (0, 0)
  }

  /// Chooses a node for a shard.
  ///
  /// Moving it away from another node forgets that one's receipt.
  public func place(shard position: Int, of pack: PackRow, on node: DID?) throws {
    let row = try node.map { SQLValue.integer(try nodeRow($0)) } ?? .null
    try sql.run(
      """
      UPDATE shards SET state = 0, receipt = NULL, node = ?
      WHERE pack = ? AND position = ? AND node IS NOT ?
      """, [row, .integer(pack.number), .int(position), row])
  }

  /// Keeps the receipt with which a shard's node has acknowledged it.
  public func setStored(shard position: Int, of pack: PackRow, receipt: [UInt8]) throws {
    try sql.run(
      """
      UPDATE shards SET state = 1, receipt = ?
      WHERE pack = ? AND position = ? AND node IS NOT NULL
      """, [.bytes(receipt), .integer(pack.number), .int(position)])
    guard sql.changedCount == 1 else {
      throw StoreError(.notFound, "shard \(position) of pack \(pack.number) is on no node")
    }
  }

  /// Records that a shard's node does not have it any more; its receipt stays as evidence.
  public func setMissing(shard position: Int, of pack: PackRow) throws {
    try sql.run(
      "UPDATE shards SET state = 2 WHERE pack = ? AND position = ?",
      [.integer(pack.number), .int(position)])
  }

  /// How many of a pack's shards are acknowledged.
  public func storedShardCount(of pack: PackRow) throws -> Int {
    try sql.first(
      "SELECT count(*) FROM shards WHERE pack = ? AND state = 1", [.integer(pack.number)]
    ) { $0.int(0) } ?? 0
  }

  private static func readShard(_ row: DatabaseRow) throws -> StoredShard {
    guard let state = StoredShard.State(rawValue: row.int(4)) else { throw row.damaged(4) }
    return StoredShard(
      pack: PackRow(number: row.integer(0)), position: row.int(1), name: try row.bytes32(2),
      node: row.isNull(3) ? nil : try row.did(3), state: state, receipt: row.optionalBytes(5))
  }
}
