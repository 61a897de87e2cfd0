public import VaultEncoding

extension VaultTransaction {
  private static let columns = "pack, name, scope, length, k, n, state, is_local FROM packs"

  /// Begins a pack; its chunks may refer to the row at once.
  public func beginPack(scope: ScopeID, dataShards: Int, totalShards: Int) throws -> PackRow {
    try sql.run(
      """
      INSERT INTO packs (scope, length, k, n, state, is_local) VALUES (?, 0, ?, ?, 0, 0)
      """, [.scope(scope), .int(dataShards), .int(totalShards)])
    return PackRow(number: sql.insertedRow)
  }

  /// Gives a pack its name and shards.
  ///
  /// Its file is in the outbox by then.
  public func sealPack(
    _ pack: PackRow, name: Bytes32, length: Int, shards: [Bytes32]
  ) throws {
    try sql.run(
      "UPDATE packs SET name = ?, length = ?, state = 1, is_local = 1 WHERE pack = ?",
      [.bytes32(name), .int(length), .integer(pack.number)])
    guard sql.changedCount == 1 else {
      throw StoreError(.notFound, "there is no pack with row \(pack.number)")
    }
    try addShards(shards, of: pack)
  }

  /// Gives a pack other shards: another redundancy.
  ///
  /// Nothing of the old ones is remembered.
  public func recut(_ pack: PackRow, dataShards: Int, shards: [Bytes32]) throws {
    try sql.run("DELETE FROM shards WHERE pack = ?", [.integer(pack.number)])
    try sql.run(
      "UPDATE packs SET k = ?, n = ?, state = 1 WHERE pack = ?",
      [.int(dataShards), .int(shards.count), .integer(pack.number)])
    try addShards(shards, of: pack)
  }

  /// Adds a pack that another device made.
  public func addPack(
    name: Bytes32, scope: ScopeID, length: Int, dataShards: Int, shards: [Bytes32],
    state: StoredPack.State = .safe
  ) throws -> PackRow {
    try sql.run(
      """
      INSERT INTO packs (name, scope, length, k, n, state, is_local) VALUES (?, ?, ?, ?, ?, ?, 0)
      """,
      [
        .bytes32(name), .scope(scope), .int(length), .int(dataShards), .int(shards.count),
        .int(state.rawValue),
      ])
    let pack = PackRow(number: sql.insertedRow)
    try addShards(shards, of: pack)
    return pack
  }

  /// One pack by its row; nil when there is none.
  public func pack(_ pack: PackRow) throws -> StoredPack? {
    try sql.first("SELECT \(Self.columns) WHERE pack = ?", [.integer(pack.number)], Self.readPack)
  }

  /// One pack by its name; nil when there is none.
  public func pack(named name: Bytes32) throws -> StoredPack? {
    try sql.first("SELECT \(Self.columns) WHERE name = ?", [.bytes32(name)], Self.readPack)
  }

  /// The packs in a state, oldest first.
  public func packs(in state: StoredPack.State) throws -> [StoredPack] {
    try sql.all(
      "SELECT \(Self.columns) WHERE state = ? ORDER BY pack", [.int(state.rawValue)],
      Self.readPack)
  }

  /// The packs whose file is here, oldest first: the outbox and the cache.
  public func localPacks() throws -> [StoredPack] {
    try sql.all("SELECT \(Self.columns) WHERE is_local = 1 ORDER BY pack", [], Self.readPack)
  }

  /// How many packs, and how many bytes in them, are in each state, without reading them.
  public func packTotals() throws -> [StoredPack.State: (packs: Int, bytes: Int)] {
    var totals: [StoredPack.State: (packs: Int, bytes: Int)] = [:]
    try sql.forEachRow("SELECT state, count(*), sum(length) FROM packs GROUP BY state") { row in
      guard let state = StoredPack.State(rawValue: row.int(0)) else { throw row.damaged(0) }
      totals[state] = (row.int(1), row.int(2))
    }
    return totals
  }

  /// Records how far a pack has come.
  public func setState(_ state: StoredPack.State, of pack: PackRow) throws {
    try sql.run(
      "UPDATE packs SET state = ? WHERE pack = ?", [.int(state.rawValue), .integer(pack.number)])
  }

  /// Records whether a pack's file is on this device.
  public func setLocal(_ isLocal: Bool, _ pack: PackRow) throws {
    try sql.run(
      "UPDATE packs SET is_local = ? WHERE pack = ?",
      [.int(isLocal ? 1 : 0), .integer(pack.number)])
  }

  /// Forgets a pack, its shards and the places of the chunks that still lie in it.
  public func removePack(_ pack: PackRow) throws {
    try sql.run("DELETE FROM chunks WHERE pack = ?", [.integer(pack.number)])
    try sql.run("DELETE FROM packs WHERE pack = ?", [.integer(pack.number)])
  }

  /// Forgets the packs that were being built when the process ended; says how many.
  @discardableResult
  public func removeUnfinishedPacks() throws -> Int {
    let unfinished = try packs(in: .building)
    for pack in unfinished { try removePack(pack.row) }
    return unfinished.count
  }

  private func addShards(_ names: [Bytes32], of pack: PackRow) throws {
    let insert = try sql.statement(
      "INSERT INTO shards (pack, position, name, state) VALUES (?, ?, ?, 0)")
    for (position, name) in names.enumerated() {
      try insert.run([.integer(pack.number), .int(position), .bytes32(name)])
    }
  }

  private static func readPack(_ row: DatabaseRow) throws -> StoredPack {
    guard let state = StoredPack.State(rawValue: row.int(6)) else { throw row.damaged(6) }
    return StoredPack(
      row: PackRow(number: row.integer(0)), name: row.isNull(1) ? nil : try row.bytes32(1),
      scope: try row.scope(2), length: row.int(3), dataShards: row.int(4),
      totalShards: row.int(5), state: state, isLocal: row.integer(7) != 0)
  }
}
