public import VaultEncoding

extension VaultTransaction {
  private static let columns = """
    feeds.scope, feeds.device, entries.sequence, entries.bytes, entries.chain, entries.state
    FROM entries JOIN feeds ON feeds.feed = entries.feed
    """

  /// One entry; nil when it is not here.
  public func entry(scope: ScopeID, device: DID, sequence: UInt64) throws -> StoredEntry? {
    try sql.first(
      """
      SELECT \(Self.columns)
      WHERE feeds.scope = ? AND feeds.device = ? AND entries.sequence = ?
      """, [.scope(scope), .did(device), .unsigned(sequence)], Self.readEntry)
  }

  /// The chain hash after an entry that is still here; nil when it is not.
  public func chain(scope: ScopeID, device: DID, at sequence: UInt64) throws -> Bytes32? {
    guard let feed = try feedRow(scope: scope, device: device) else { return nil }
    return try sql.first(
      "SELECT chain FROM entries WHERE feed = ? AND sequence = ?",
      [.integer(feed), .unsigned(sequence)]
    ) { try $0.bytes32(0) }
  }

  /// A feed's entries from a sequence on, in order, until so many bytes have been gathered.
  ///
  /// At least one is given when there is one, however long it is.
  public func entries(
    scope: ScopeID, device: DID, from sequence: UInt64, bytesMax: Int
  ) throws -> [StoredEntry] {
    try gather(
      """
      SELECT \(Self.columns)
      WHERE feeds.scope = ? AND feeds.device = ? AND entries.sequence >= ?
      ORDER BY entries.sequence
      """, [.scope(scope), .did(device), .unsigned(sequence)], bytesMax: bytesMax)
  }

  /// Shows each entry that is in a state, feed by feed in order.
  ///
  /// Merged ones are not listed.
  public func entries(
    in state: StoredEntry.State, bytesMax: Int = .max
  ) throws -> [StoredEntry] {
    try gather(
      """
      SELECT \(Self.columns)
      WHERE entries.state = ? AND entries.state <> 1 ORDER BY entries.feed, entries.sequence
      """, [.int(state.rawValue)], bytesMax: bytesMax)
  }

  /// How many entries are in a state, without reading them.
  public func entryCount(in state: StoredEntry.State) throws -> Int {
    try sql.first("SELECT count(*) FROM entries WHERE state = ?", [.int(state.rawValue)]) {
      $0.int(0)
    } ?? 0
  }

  /// Records what has become of a run of a feed's entries.
  public func setState(
    _ state: StoredEntry.State, scope: ScopeID, device: DID, sequences: ClosedRange<UInt64>
  ) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    try sql.run(
      "UPDATE entries SET state = ? WHERE feed = ? AND sequence BETWEEN ? AND ?",
      [
        .int(state.rawValue), .integer(feed), .unsigned(sequences.lowerBound),
        .unsigned(sequences.upperBound),
      ])
  }

  /// Changes the state of those entries of a run that are in one of some states; says how many.
  @discardableResult
  public func changeState(
    from states: [StoredEntry.State], to state: StoredEntry.State, scope: ScopeID, device: DID,
    sequences: ClosedRange<UInt64>
  ) throws -> Int {
    guard let feed = try feedRow(scope: scope, device: device) else { return 0 }
    var count = 0
    for old in states {
      try sql.run(
        "UPDATE entries SET state = ? WHERE feed = ? AND sequence BETWEEN ? AND ? AND state = ?",
        [
          .int(state.rawValue), .integer(feed), .unsigned(sequences.lowerBound),
          .unsigned(sequences.upperBound), .int(old.rawValue),
        ])
      count += sql.changedCount
    }
    return count
  }

  /// Records up to where a node has a feed.
  ///
  /// It never goes back by itself; see `forgetAcknowledgements`.
  public func setAcknowledged(
    by node: DID, scope: ScopeID, device: DID, through sequence: UInt64
  ) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    try sql.run(
      """
      INSERT INTO node_feeds (node, feed, acknowledged) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET acknowledged = max(acknowledged, excluded.acknowledged)
      """, [.integer(try nodeRow(node)), .integer(feed), .unsigned(sequence)])
  }

  /// Records up to where a node has a feed now, also when that is less than before.
  public func correctAcknowledged(
    by node: DID, scope: ScopeID, device: DID, to sequence: UInt64
  ) throws {
    guard let feed = try feedRow(scope: scope, device: device) else { return }
    try sql.run(
      "INSERT OR REPLACE INTO node_feeds (node, feed, acknowledged) VALUES (?, ?, ?)",
      [.integer(try nodeRow(node)), .integer(feed), .unsigned(sequence)])
  }

  /// Up to where a node has each feed, as far as anything is known.
  public func acknowledgedFeeds(
    by node: DID
  ) throws -> [(scope: ScopeID, device: DID, through: UInt64)] {
    try sql.all(
      """
      SELECT feeds.scope, feeds.device, node_feeds.acknowledged FROM node_feeds
      JOIN feeds ON feeds.feed = node_feeds.feed WHERE node_feeds.node = ?
      ORDER BY feeds.scope, feeds.device
      """, [.integer(try nodeRow(node))]
    ) { (scope: try $0.scope(0), device: try $0.did(1), through: try $0.unsigned(2)) }
  }

  /// Up to where a node has a feed; 0 when nothing is known.
  public func acknowledged(by node: DID, scope: ScopeID, device: DID) throws -> UInt64 {
    try sql.first(
      """
      SELECT node_feeds.acknowledged FROM node_feeds
      JOIN nodes ON nodes.node = node_feeds.node JOIN feeds ON feeds.feed = node_feeds.feed
      WHERE nodes.did = ? AND feeds.scope = ? AND feeds.device = ?
      """, [.did(node), .scope(scope), .did(device)]
    ) { try $0.unsigned(0) } ?? 0
  }

  /// The entries that a node has not acknowledged, feed by feed in order, until so many bytes have
  /// been gathered.
  ///
  /// Quarantined ones are not sent.
  public func entriesLacking(at node: DID, bytesMax: Int) throws -> [StoredEntry] {
    try gather(
      """
      SELECT \(Self.columns) LEFT JOIN node_feeds ON node_feeds.feed = entries.feed
        AND node_feeds.node = ?
      WHERE entries.sequence > coalesce(node_feeds.acknowledged, 0) AND entries.state <> 2
        AND feeds.count > coalesce(node_feeds.acknowledged, 0)
      ORDER BY entries.feed, entries.sequence
      """, [.integer(try nodeRow(node))], bytesMax: bytesMax)
  }

  /// How many entries a node has not acknowledged: what `status` shows as pending.
  ///
  /// Those that are not here any more count too: another device has to bring them. Quarantined
  /// ones are not sent, so they do not count.
  public func entriesLackingCount(at node: DID) throws -> Int {
    try sql.first(
      """
      SELECT coalesce(sum(max(0, feeds.count - coalesce(node_feeds.acknowledged, 0)
        - (SELECT count(*) FROM entries WHERE entries.feed = feeds.feed AND entries.state = 2
          AND entries.sequence > coalesce(node_feeds.acknowledged, 0)))), 0)
      FROM feeds LEFT JOIN node_feeds ON node_feeds.feed = feeds.feed AND node_feeds.node = ?
      """, [.integer(try nodeRow(node))]
    ) { $0.int(0) } ?? 0
  }

  private func gather(
    _ question: String, _ values: [SQLValue], bytesMax: Int
  ) throws -> [StoredEntry] {
    struct Enough: Error {}
    var gathered: [StoredEntry] = []
    var bytes = 0
    do {
      try sql.forEachRow(question, values) { row in
        let entry = try Self.readEntry(row)
        if !gathered.isEmpty, entry.bytes.count > bytesMax - bytes { throw Enough() }
        bytes += entry.bytes.count
        gathered.append(entry)
        if bytes >= bytesMax { throw Enough() }
      }
    } catch is Enough {}
    return gathered
  }

  private static func readEntry(_ row: DatabaseRow) throws -> StoredEntry {
    guard let state = StoredEntry.State(rawValue: row.int(5)) else { throw row.damaged(5) }
    return StoredEntry(
      scope: try row.scope(0), device: try row.did(1), sequence: try row.unsigned(2),
      bytes: row.bytes(3), chain: try row.bytes32(4), state: state)
  }
}
