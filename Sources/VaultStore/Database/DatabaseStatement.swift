import GRDB
import GRDBSQLite
import Glibc

/// A prepared statement of one transaction; valid only inside its closure.
///
/// Values are bound and read through SQLite's own calls, because going through Foundation's
/// `Data` costs more than the look-up itself.
public struct DatabaseStatement {
  private let statement: Statement
  private let file: String
  private var raw: OpaquePointer { statement.sqliteStatement }

  init(_ statement: Statement, in file: String) {
    self.statement = statement
    self.file = file
  }

  /// Runs the statement; rows, if any, are passed over.
  public func run(_ values: [SQLValue] = []) throws {
    try forEachRow(values) { _ in }
  }

  /// Runs the statement and shows each row.
  ///
  /// An error from the closure ends it.
  public func forEachRow(
    _ values: [SQLValue] = [], _ body: (DatabaseRow) throws -> Void
  ) throws {
    try bind(values)
    defer { sqlite3_reset(raw) }
    while try step() { try body(DatabaseRow(statement: raw)) }
  }

  /// Runs the statement and reads its first row; nil when there is none.
  public func first<Result>(
    _ values: [SQLValue] = [], _ read: (DatabaseRow) throws -> Result
  ) throws -> Result? {
    try bind(values)
    defer { sqlite3_reset(raw) }
    return try step() ? try read(DatabaseRow(statement: raw)) : nil
  }

  private func step() throws -> Bool {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: true
    case SQLITE_DONE: false
    default: throw failure()
    }
  }

  private func bind(_ values: [SQLValue]) throws {
    guard Int(sqlite3_bind_parameter_count(raw)) == values.count else {
      throw StoreError(.misuse, "a statement was given \(values.count) values: \(statement.sql)")
    }
    for (index, value) in values.enumerated() {
      guard bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw failure() }
    }
  }

  private func bind(_ value: SQLValue, at position: Int32) -> Int32 {
    switch value {
    case .integer(let integer): sqlite3_bind_int64(raw, position, integer)
    case .null: sqlite3_bind_null(raw, position)
    case .text(let text): sqlite3_bind_text(raw, position, text, -1, Self.copying)
    // A null address would bind null instead of no bytes.
    case .bytes(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(raw, position, 0)
    case .bytes(let bytes):
      bytes.withUnsafeBytes {
        sqlite3_bind_blob64(
          raw, position, $0.baseAddress, sqlite3_uint64($0.count), Self.copying)
      }
    }
  }

  /// SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the value.
  private static var copying: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  private func failure() -> StoreError {
    let systemError = errno
    let connection = sqlite3_db_handle(raw)
    return StoreError(
      sqlite: sqlite3_extended_errcode(connection), systemError: systemError,
      String(cString: sqlite3_errmsg(connection)), in: file)
  }
}
