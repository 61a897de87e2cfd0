extension VaultTransaction {
  /// Records where chunks lie, in place of what was known about them.
  public func setChunks(_ chunks: [(token: ChunkToken, place: ChunkPlace)]) throws {
    let insert = try sql.statement(
      """
      INSERT OR REPLACE INTO chunks (token, pack, offset, length, method, plain_length, epoch)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    for (token, place) in chunks {
      try insert.run([
        .bytes(token.bytes), .integer(place.pack.number), .int(place.offset), .int(place.length),
        .int(Int(place.method)), .int(place.plainLength), .unsigned(place.epoch),
      ])
    }
  }

  /// Where a chunk lies; nil when it is not known.
  public func chunk(_ token: ChunkToken) throws -> ChunkPlace? {
    try chunks([token])[0]
  }

  /// Where chunks lie, in the order asked; nil for those that are not known.
  public func chunks(_ tokens: [ChunkToken]) throws -> [ChunkPlace?] {
    let find = try sql.statement(
      "SELECT pack, offset, length, method, plain_length, epoch FROM chunks WHERE token = ?")
    return try tokens.map { token in
      try find.first([.bytes(token.bytes)]) { try Self.readPlace($0) }
    }
  }

  /// The chunks of a pack, in the order in which they lie.
  public func chunks(of pack: PackRow) throws -> [(token: ChunkToken, place: ChunkPlace)] {
    try sql.all(
      """
      SELECT pack, offset, length, method, plain_length, epoch, token
      FROM chunks WHERE pack = ? ORDER BY offset
      """, [.integer(pack.number)]
    ) { row in
      guard let token = row.withBytes(6, { ChunkToken($0) }) else { throw row.damaged(6) }
      return (token, try Self.readPlace(row))
    }
  }

  /// Forgets where chunks lie.
  public func removeChunks(_ tokens: [ChunkToken]) throws {
    let remove = try sql.statement("DELETE FROM chunks WHERE token = ?")
    for token in tokens { try remove.run([.bytes(token.bytes)]) }
  }

  private static func readPlace(_ row: DatabaseRow) throws -> ChunkPlace {
    guard let method = UInt8(exactly: row.integer(3)) else { throw row.damaged(3) }
    return ChunkPlace(
      pack: PackRow(number: row.integer(0)), offset: row.int(1), length: row.int(2),
      method: method, plainLength: row.int(4), epoch: try row.unsigned(5))
  }
}
