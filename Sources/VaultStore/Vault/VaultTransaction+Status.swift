public import VaultEncoding

extension VaultTransaction {
  /// So many events are kept; the oldest go first.
  static let eventsMax = 10_000

  /// Adds an event to the log.
  public func addEvent(_ event: StoredEvent) throws {
    try sql.run(
      "INSERT INTO events (time, kind, sealed) VALUES (?, ?, ?)",
      [.time(event.time), .text(event.kind), .bytes(event.sealed)])
    try sql.run(
      "DELETE FROM events WHERE event <= ?", [.integer(sql.insertedRow - Int64(Self.eventsMax))])
  }

  /// The newest events, newest first.
  public func events(countMax: Int) throws -> [StoredEvent] {
    try sql.all(
      "SELECT time, kind, sealed FROM events ORDER BY event DESC LIMIT ?", [.int(countMax)]
    ) { StoredEvent(time: $0.time(0), kind: $0.text(1), sealed: $0.bytes(2)) }
  }

  /// Notes that something is wrong, or still is.
  public func raiseProblem(
    _ kind: String, subject: [UInt8] = [], at time: Timestamp, sealed: [UInt8] = []
  ) throws {
    try sql.run(
      """
      INSERT INTO problems (kind, subject, first, last, count, sealed) VALUES (?, ?, ?, ?, 1, ?)
      ON CONFLICT DO UPDATE
        SET last = excluded.last, count = count + 1, sealed = excluded.sealed
      """, [.text(kind), .bytes(subject), .time(time), .time(time), .bytes(sealed)])
  }

  /// Notes that something is in order again; says whether it was wrong before.
  @discardableResult
  public func clearProblem(_ kind: String, subject: [UInt8] = []) throws -> Bool {
    try sql.run(
      "DELETE FROM problems WHERE kind = ? AND subject = ?", [.text(kind), .bytes(subject)])
    return sql.changedCount > 0
  }

  /// Everything that is wrong now, the oldest first.
  public func problems() throws -> [StoredProblem] {
    try sql.all(
      "SELECT kind, subject, first, last, count, sealed FROM problems ORDER BY first, kind, subject"
    ) {
      StoredProblem(
        kind: $0.text(0), subject: $0.bytes(1), first: $0.time(2), last: $0.time(3),
        count: $0.int(4), sealed: $0.bytes(5))
    }
  }

  /// Adds to a counter of `status`, such as `files` or `bytes`; it begins at 0.
  public func addToCounter(_ name: String, _ change: Int) throws {
    try sql.run(
      """
      INSERT INTO counters (name, value) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET value = value + excluded.value
      """, [.text(name), .int(change)])
  }

  /// Sets a counter, after counting anew.
  public func setCounter(_ name: String, to value: Int) throws {
    try sql.run(
      "INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)", [.text(name), .int(value)])
  }

  /// All counters, so that `status` never loads the tree.
  public func counters() throws -> [String: Int] {
    var counters: [String: Int] = [:]
    try sql.forEachRow("SELECT name, value FROM counters") { counters[$0.text(0)] = $0.int(1) }
    return counters
  }
}
