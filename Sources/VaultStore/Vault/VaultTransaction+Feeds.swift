public import VaultEncoding

extension VaultTransaction {
  /// How far a feed is stored; nil when nothing of it is.
  public func feed(scope: ScopeID, device: DID) throws -> StoredFeed? {
    try sql.first(
      """
      SELECT scope, device, first, count, chain FROM feeds WHERE scope = ? AND device = ?
      """, [.scope(scope), .did(device)], Self.readFeed)
  }

  /// All feeds, by scope and device.
  public func feeds() throws -> [StoredFeed] {
    try sql.all(
      "SELECT scope, device, first, count, chain FROM feeds ORDER BY scope, device", [],
      Self.readFeed)
  }

  /// The feeds of one scope, by device.
  public func feeds(in scope: ScopeID) throws -> [StoredFeed] {
    try sql.all(
      "SELECT scope, device, first, count, chain FROM feeds WHERE scope = ? ORDER BY device",
      [.scope(scope)], Self.readFeed)
  }

  /// Begins a feed whose earlier entries are not kept here, as after taking over a checkpoint.
  ///
  /// Throws `.outOfOrder` when the feed is there already.
  public func beginFeed(scope: ScopeID, device: DID, count: UInt64, chain: Bytes32) throws {
    guard try feed(scope: scope, device: device) == nil else {
      throw StoreError(.outOfOrder, "the feed of \(device) has begun already")
    }
    try sql.run(
      "INSERT INTO feeds (scope, device, first, count, chain) VALUES (?, ?, ?, ?, ?)",
      [
        .scope(scope), .did(device), .unsigned(count.addingOne()), .unsigned(count),
        .bytes32(chain),
      ])
  }

  /// Adds entries, each the next of its feed.
  ///
  /// Throws `.outOfOrder` for a gap or a repetition.
  ///
  /// Whether the chain hash is right is the caller's to check.
  public func append(_ entries: [StoredEntry]) throws {
    let insert = try sql.statement(
      "INSERT INTO entries (feed, sequence, state, chain, bytes) VALUES (?, ?, ?, ?, ?)")
    let advance = try sql.statement("UPDATE feeds SET count = ?, chain = ? WHERE feed = ?")
    for entry in entries {
      let (feed, count) = try feedToExtend(scope: entry.scope, device: entry.device)
      guard try entry.sequence == count.addingOne() else {
        throw StoreError(
          .outOfOrder, "entry \(entry.sequence) of \(entry.device) does not follow \(count)")
      }
      let sequence = try SQLValue.unsigned(entry.sequence)
      try insert.run([
        .integer(feed), sequence, .int(entry.state.rawValue), .bytes32(entry.chain),
        .bytes(entry.bytes),
      ])
      try advance.run([sequence, .bytes32(entry.chain), .integer(feed)])
    }
  }

  /// Removes a feed's entries behind a sequence, as if they had never been here.
  ///
  /// Nodes have acknowledged no more than that.
  public func truncateFeed(
    scope: ScopeID, device: DID, to sequence: UInt64, chain: Bytes32
  ) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    let last = try SQLValue.unsigned(sequence)
    try sql.run("DELETE FROM entries WHERE feed = ? AND sequence > ?", [.integer(feed), last])
    try sql.run(
      "UPDATE feeds SET count = ?, chain = ? WHERE feed = ? AND count > ?",
      [last, .bytes32(chain), .integer(feed), last])
    try sql.run(
      "UPDATE node_feeds SET acknowledged = min(acknowledged, ?) WHERE feed = ?",
      [last, .integer(feed)])
  }

  /// Removes the bytes of a feed's entries up to a sequence, when a checkpoint replaces them.
  public func dropEntries(scope: ScopeID, device: DID, through sequence: UInt64) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    let last = try SQLValue.unsigned(sequence)
    try sql.run("DELETE FROM entries WHERE feed = ? AND sequence <= ?", [.integer(feed), last])
    try sql.run(
      "UPDATE feeds SET first = max(first, min(?, count) + 1) WHERE feed = ?",
      [last, .integer(feed)])
  }

  // MARK: Rows

  func feedRow(scope: ScopeID, device: DID) throws -> Int64? {
    try sql.first(
      "SELECT feed FROM feeds WHERE scope = ? AND device = ?", [.scope(scope), .did(device)]
    ) { $0.integer(0) }
  }

  private func feedToExtend(scope: ScopeID, device: DID) throws -> (row: Int64, count: UInt64) {
    let found = try sql.first(
      "SELECT feed, count FROM feeds WHERE scope = ? AND device = ?",
      [.scope(scope), .did(device)]
    ) { (row: $0.integer(0), count: try $0.unsigned(1)) }
    if let found { return found }
    try sql.run(
      "INSERT INTO feeds (scope, device, first, count, chain) VALUES (?, ?, 1, 0, ?)",
      [.scope(scope), .did(device), .bytes32(.zero)])
    return (sql.insertedRow, 0)
  }

  private static func readFeed(_ row: DatabaseRow) throws -> StoredFeed {
    StoredFeed(
      scope: try row.scope(0), device: try row.did(1), first: try row.unsigned(2),
      count: try row.unsigned(3), chain: try row.bytes32(4))
  }
}

extension UInt64 {
  /// The next number; throws instead of trapping, because sequences come from outside.
  func addingOne() throws -> UInt64 {
    let (next, overflow) = addingReportingOverflow(1)
    if overflow { throw StoreError(.outOfRange, "there is no number after \(self)") }
    return next
  }
}
