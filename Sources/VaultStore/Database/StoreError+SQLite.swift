import GRDB
import GRDBSQLite
import Glibc

extension StoreError {
  /// Where SQLite calls it a failed device, or a file that does not open, when the system found no
  /// space: only writes are told apart by SQLite itself.
  private static let mayLackSpace: [ResultCode] = [
    .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_TRUNCATE,
    .SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP, .SQLITE_CANTOPEN,
  ]

  /// Translates SQLite's extended result code; `systemError` is the system's `errno`, 0 when it is
  /// not known.
  ///
  /// SQLite's messages name tables and columns but never values, so they may be shown.
  init(sqlite result: Int32, systemError: Int32, _ message: String, in file: String) {
    let code: Code
    let lacksSpace =
      [ENOSPC, EDQUOT, EFBIG].contains(systemError)
      && Self.mayLackSpace.contains(ResultCode(rawValue: result))
    switch result & 0xff {
    case _ where lacksSpace: code = .noSpace
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
  static func translating(
    _ error: any Error, systemError: Int32, in file: String
  ) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return StoreError(
      sqlite: error.extendedResultCode.rawValue, systemError: systemError,
      error.message ?? "no message", in: file)
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
