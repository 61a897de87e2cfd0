import GRDB
import GRDBSQLite
import Glibc

/// What a closure of `Database.read` or `.write` works with; valid only inside it.
public struct DatabaseTransaction {
  private let connection: GRDB.Database
  private let file: String

  init(_ connection: GRDB.Database, in file: String) {
    self.connection = connection
    self.file = file
  }

  /// A statement that is prepared once per connection and kept.
  public func statement(_ sql: String) throws -> DatabaseStatement {
    do {
      let kept = try connection.cachedStatement(sql: sql)
      // The kept one may be in the middle of its rows, when a closure asks the same again.
      let isFree = sqlite3_stmt_busy(kept.sqliteStatement) == 0
      return DatabaseStatement(
        isFree ? kept : try connection.makeStatement(sql: sql), in: file)
    } catch {
      throw StoreError.translating(error, systemError: errno, in: file)
    }
  }

  /// Runs one statement; rows, if any, are passed over.
  public func run(_ sql: String, _ values: [SQLValue] = []) throws {
    try statement(sql).run(values)
  }

  /// Runs one statement and shows each row.
  public func forEachRow(
    _ sql: String, _ values: [SQLValue] = [], _ body: (DatabaseRow) throws -> Void
  ) throws {
    try statement(sql).forEachRow(values, body)
  }

  /// Runs one statement and reads all its rows.
  public func all<Element>(
    _ sql: String, _ values: [SQLValue] = [], _ read: (DatabaseRow) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    try forEachRow(sql, values) { elements.append(try read($0)) }
    return elements
  }

  /// Runs one statement and reads its first row; nil when there is none.
  public func first<Result>(
    _ sql: String, _ values: [SQLValue] = [], _ read: (DatabaseRow) throws -> Result
  ) throws -> Result? {
    try statement(sql).first(values, read)
  }

  /// Runs a script of several statements without values, such as a migration.
  public func runScript(_ sql: String) throws {
    do {
      try connection.execute(sql: sql)
    } catch {
      throw StoreError.translating(error, systemError: errno, in: file)
    }
  }

  /// How many rows the last statement changed.
  public var changedCount: Int { Int(sqlite3_changes64(connection.sqliteConnection)) }

  /// The row number that the last insertion got.
  public var insertedRow: Int64 { sqlite3_last_insert_rowid(connection.sqliteConnection) }
}
