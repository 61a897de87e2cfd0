import GRDBSQLite
public import VaultEncoding

/// One row of an answer, valid only inside the closure that is given it.
///
/// Columns count from 0.
public struct DatabaseRow {
  let statement: OpaquePointer

  /// A whole number; 0 for null.
  public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

  /// A whole number; 0 for null.
  public func int(_ column: Int) -> Int { Int(integer(column)) }

  /// A number that was stored with `SQLValue.unsigned`; throws when the file was tampered with.
  public func unsigned(_ column: Int) throws -> UInt64 {
    guard let value = UInt64(exactly: integer(column)) else { throw damaged(column) }
    return value
  }

  /// Bytes; none for null.
  public func bytes(_ column: Int) -> [UInt8] { withBytes(column) { [UInt8]($0) } }

  /// Bytes; nil for null.
  public func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

  /// Bytes without a copy, for the time of the closure.
  public func withBytes<Result>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let start = sqlite3_column_blob(statement, Int32(column))
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  /// Text; empty for null.
  public func text(_ column: Int) -> String {
    withBytes(column) { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether there is no value.
  public func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  /// Exactly 32 bytes; throws `.corrupt` for anything else.
  public func bytes32(_ column: Int) throws -> Bytes32 {
    guard let value = withBytes(column, { Bytes32($0) }) else { throw damaged(column) }
    return value
  }

  /// The key of a DID; throws `.corrupt` for anything but 32 bytes.
  public func did(_ column: Int) throws -> DID { DID(key: try bytes32(column)) }

  /// Exactly 16 bytes; throws `.corrupt` for anything else.
  public func scope(_ column: Int) throws -> ScopeID {
    guard let value = withBytes(column, { ScopeID($0) }) else { throw damaged(column) }
    return value
  }

  /// The error for a value that this program cannot have written.
  func damaged(_ column: Int) -> StoreError {
    let name = sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) } ?? "?"
    return StoreError(.corrupt, "the database has a value of the wrong form in column \(name)")
  }
}
