extension VaultTransaction {
  /// One sealed item; nil when there is none.
  public func item(_ token: ItemToken, in space: ItemSpace) throws -> [UInt8]? {
    try sql.first(
      "SELECT sealed FROM items WHERE space = ? AND token = ?",
      [.integer(space.number), .bytes(token.bytes)]
    ) { $0.bytes(0) }
  }

  /// Keeps sealed items, in place of those with the same tokens.
  public func setItems(
    _ items: [(token: ItemToken, sealed: [UInt8])], in space: ItemSpace
  ) throws {
    let insert = try sql.statement(
      "INSERT OR REPLACE INTO items (space, token, sealed) VALUES (?, ?, ?)")
    for (token, sealed) in items {
      try insert.run([.integer(space.number), .bytes(token.bytes), .bytes(sealed)])
    }
  }

  /// Removes items; those that are not there are passed over.
  public func removeItems(_ tokens: [ItemToken], in space: ItemSpace) throws {
    let remove = try sql.statement("DELETE FROM items WHERE space = ? AND token = ?")
    for token in tokens { try remove.run([.integer(space.number), .bytes(token.bytes)]) }
  }

  /// Removes all items of a space, to be built anew.
  public func removeAllItems(in space: ItemSpace) throws {
    try sql.run("DELETE FROM items WHERE space = ?", [.integer(space.number)])
  }

  /// Shows each item of a space, in the order of the tokens.
  public func forEachItem(
    in space: ItemSpace, _ body: (ItemToken, [UInt8]) throws -> Void
  ) throws {
    try sql.forEachRow(
      "SELECT token, sealed FROM items WHERE space = ? ORDER BY token", [.integer(space.number)]
    ) { row in
      guard let token = ItemToken(row.bytes(0)) else { throw row.damaged(0) }
      try body(token, row.bytes(1))
    }
  }
}
