public import VaultEncoding

extension VaultTransaction {
  /// How long one row of a checkpoint is: SQLite reads and writes a row as a whole.
  static let checkpointPieceBytes = 1 << 20
  /// No more memory than this is taken before the pieces have shown that they are there.
  private static let checkpointBytesExpected = 256 << 20

  /// Keeps a scope's checkpoint in place of the one before.
  ///
  /// In the same transaction the entries that it replaces may be dropped.
  public func setCheckpoint(_ scope: ScopeID, vector: [UInt8], sealed: [UInt8]) throws {
    try removeCheckpoint(scope)
    try sql.run(
      "INSERT INTO checkpoints (scope, vector, length) VALUES (?, ?, ?)",
      [.scope(scope), .bytes(vector), .int(sealed.count)])
    let insert = try sql.statement(
      "INSERT INTO checkpoint_pieces (scope, position, sealed) VALUES (?, ?, ?)")
    for start in stride(from: 0, to: sealed.count, by: Self.checkpointPieceBytes) {
      let end = min(start + Self.checkpointPieceBytes, sealed.count)
      try insert.run([.scope(scope), .int(start), .bytes(Array(sealed[start..<end]))])
    }
  }

  /// The vector of a scope's checkpoint, without its content; nil when there is none.
  public func checkpointVector(_ scope: ScopeID) throws -> [UInt8]? {
    try sql.first("SELECT vector FROM checkpoints WHERE scope = ?", [.scope(scope)]) {
      $0.bytes(0)
    }
  }

  /// A scope's checkpoint; nil when there is none.
  public func checkpoint(
    _ scope: ScopeID
  ) throws -> (vector: [UInt8], sealed: [UInt8])? {
    let found = try sql.first(
      "SELECT vector, length FROM checkpoints WHERE scope = ?", [.scope(scope)]
    ) { (vector: $0.bytes(0), length: $0.int(1)) }
    guard let found else { return nil }
    var sealed: [UInt8] = []
    sealed.reserveCapacity(max(0, min(found.length, Self.checkpointBytesExpected)))
    try sql.forEachRow(
      "SELECT sealed FROM checkpoint_pieces WHERE scope = ? ORDER BY position", [.scope(scope)]
    ) { row in row.withBytes(0) { sealed.append(contentsOf: $0) } }
    guard sealed.count == found.length else {
      throw StoreError(.corrupt, "the checkpoint of scope \(scope) is not whole")
    }
    return (found.vector, sealed)
  }

  /// Removes a scope's checkpoint; nothing happens when there is none.
  public func removeCheckpoint(_ scope: ScopeID) throws {
    try sql.run("DELETE FROM checkpoint_pieces WHERE scope = ?", [.scope(scope)])
    try sql.run("DELETE FROM checkpoints WHERE scope = ?", [.scope(scope)])
  }
}
