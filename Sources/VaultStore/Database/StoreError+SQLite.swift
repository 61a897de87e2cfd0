import GRDB
import GRDBSQLite

extension StoreError {
  /// Translates SQLite's extended result code.
  ///
  /// SQLite's messages name tables and columns but never values, so they may be shown.
  init(sqlite result: Int32, _ message: String, in file: String) {
    let code: Code
    switch result & 0xff {
    case SQLITE_CORRUPT, SQLITE_NOTADB: code = .corrupt
    case SQLITE_BUSY, SQLITE_LOCKED: code = .busy
    case SQLITE_FULL: code = .noSpace
    case SQLITE_IOERR, SQLITE_NOLFS: code = .io
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH: code = .denied
    default: code = .misuse
    }
    self.init(code, "\(Self.summary(of: code)) (\(message)): \(file)")
  }

  /// Translates GRDB's errors; leaves all others alone.
  static func translating(_ error: any Error, in file: String) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return StoreError(
      sqlite: error.extendedResultCode.rawValue, error.message ?? "no message", in: file)
  }

  private static func summary(of code: Code) -> String {
    switch code {
    case .corrupt: "the database is damaged"
    case .busy: "another process is using the database"
    case .noSpace: "no space left for the database"
    case .io: "the device failed under the database"
    case .denied: "the database may not be opened or changed"
    default: "the database refused a statement"
    }
  }
}
