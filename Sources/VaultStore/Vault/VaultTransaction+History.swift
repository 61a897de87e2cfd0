public import VaultEncoding

// The entries before a cut, which come after those behind it: a device that took over a checkpoint
// has a feed from `first` on, and fills in what comes before from the beginning. Until both meet,
// `first` stays where it is and the rows below it are the part that is here already.

extension VaultTransaction {
  /// How many of a feed's entries before the cut are here, and the chain after them; nil when there
  /// are none.
  public func history(
    scope: ScopeID, device: DID
  ) throws -> (count: UInt64, chain: Bytes32)? {
    try sql.first(
      """
      SELECT entries.sequence, entries.chain FROM entries
      JOIN feeds ON feeds.feed = entries.feed
      WHERE feeds.scope = ? AND feeds.device = ? AND entries.sequence < feeds.first
      ORDER BY entries.sequence DESC LIMIT 1
      """, [.scope(scope), .did(device)]
    ) { (count: try $0.unsigned(0), chain: try $0.bytes32(1)) }
  }

  /// Fills in entries before the cut, each the next after those that are here; what reaches behind
  /// the cut is left out.
  ///
  /// Once the cut is reached the feed is whole. Throws `.outOfOrder` for a gap or a repetition.
  public func fillHistory(_ entries: [StoredEntry]) throws {
    guard let one = entries.first else { return }
    guard let feed = try self.feed(scope: one.scope, device: one.device),
      let row = try feedRow(scope: one.scope, device: one.device)
    else { throw StoreError(.notFound, "the feed of \(one.device) has not begun") }
    var count = try history(scope: one.scope, device: one.device)?.count ?? 0
    let insert = try sql.statement(
      "INSERT INTO entries (feed, sequence, state, chain, bytes) VALUES (?, ?, ?, ?, ?)")
    for entry in entries where entry.sequence < feed.first {
      guard entry.sequence == (try count.addingOne()) else {
        throw StoreError(.outOfOrder, "entry \(entry.sequence) does not follow \(count)")
      }
      try insert.run([
        .integer(row), .unsigned(entry.sequence), .int(entry.state.rawValue),
        .bytes32(entry.chain), .bytes(entry.bytes),
      ])
      count = entry.sequence
    }
    if try count.addingOne() == feed.first {
      try sql.run("UPDATE feeds SET first = 1 WHERE feed = ?", [.integer(row)])
    }
  }

  /// How many bytes the entries of a scope have that are behind the cut.
  public func entryBytes(in scope: ScopeID) throws -> Int {
    try sql.first(
      """
      SELECT coalesce(sum(length(entries.bytes)), 0) FROM entries
      JOIN feeds ON feeds.feed = entries.feed
      WHERE feeds.scope = ? AND entries.sequence >= feeds.first
      """, [.scope(scope)]
    ) { $0.int(0) } ?? 0
  }

  /// Forgets a feed with its entries, as when the checkpoint that it began with was wrong.
  public func removeFeed(scope: ScopeID, device: DID) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    try sql.run("DELETE FROM node_feeds WHERE feed = ?", [.integer(feed)])
    try sql.run("DELETE FROM entries WHERE feed = ?", [.integer(feed)])
    try sql.run("DELETE FROM feeds WHERE feed = ?", [.integer(feed)])
  }
}
