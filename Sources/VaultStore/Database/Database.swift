import GRDB
import GRDBSQLite
import Glibc
import Synchronization
public import VaultEnvironment

/// An SQLite file whose commits survive a power cut.
///
/// Opened with a write-ahead log and `synchronous=FULL`, which is read back: GRDB lowers it to
/// NORMAL by itself, and then a commit is lost with the power (docs/spec/local-store.md).
/// Closures run synchronously, one writer at a time; readers see the last commit and do not wait.
/// Do not call `read` or `write` of the same database inside a closure.
public final class Database: Sendable {
  /// Where the file lies.
  public let path: DiskPath

  private let disk: any Disk
  private let connections: any DatabaseWriter
  private let file: String
  /// Why SQLite could not sync; nil while it can.
  ///
  /// The kernel may have dropped the pages and may call the next sync a success, so later commits
  /// could be lost after they were acknowledged.
  private let stop = Mutex<StoreError.Code?>(nil)

  /// Opens the file and brings it to the schema's version; makes it when there is none.
  ///
  /// Throws `.newerFormat`, `.wrongFile` or `.corrupt` without changing the file.
  public init(
    _ path: DiskPath, schema: DatabaseSchema, disk: any Disk, isReadOnly: Bool = false,
    readersMax: Int = 2
  ) throws {
    self.path = path
    self.disk = disk
    file = path.description
    do {
      try Self.inspect(path, for: schema, on: disk, isReadOnly: isReadOnly)
      connections = try Self.open(path, on: disk, isReadOnly: isReadOnly, readersMax: readersMax)
    } catch {
      throw StoreError.translating(error, systemError: errno, in: path.description)
    }
    try migrate(to: schema, isReadOnly: isReadOnly)
  }

  /// Runs a closure that changes nothing, on one state of the database.
  public func read<Result>(_ body: (DatabaseTransaction) throws -> Result) throws -> Result {
    do {
      return try connections.read { try body(DatabaseTransaction($0, in: file)) }
    } catch {
      throw StoreError.translating(error, systemError: errno, in: file)
    }
  }

  /// Runs a closure in one transaction: all its changes are durable when this returns, or none
  /// is there when it throws.
  public func write<Result>(_ body: (DatabaseTransaction) throws -> Result) throws -> Result {
    try requireRunning()
    var result: Result?
    try connections.writeWithoutTransaction { connection in
      try changing {
        try connection.inTransaction {
          result = try body(DatabaseTransaction(connection, in: file))
          try disk.crashPoint("database: before commit")
          return .commit
        }
      }
    }
    guard let result else {
      throw StoreError(.misuse, "a transaction ended without a result: \(file)")
    }
    try disk.crashPoint("database: after commit")
    return result
  }

  /// SQLite's own check of every page: the problems found, none when all is well.
  ///
  /// Slow.
  public func problems() throws -> [String] {
    try read { transaction in
      let lines = try transaction.all("PRAGMA integrity_check") { $0.text(0) }
      let orphans = try transaction.all("PRAGMA foreign_key_check") {
        "a row of \($0.text(0)) refers to one of \($0.text(2)) that is gone"
      }
      return lines.filter { $0 != "ok" } + orphans
    }
  }

  /// SQLite's `synchronous` of the writing connection: 2 is FULL.
  public func synchronousLevel() throws -> Int {
    try Self.synchronousLevel(of: connections)
  }

  /// Moves the write-ahead log into the file and empties it, as far as readers allow.
  public func shorten() throws {
    try connections.writeWithoutTransaction { connection in
      try changing {
        do {
          _ = try connection.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
          // A reader still needs it; the log is moved another time.
        }
      }
    }
  }

  // MARK: Versions

  private func migrate(to schema: DatabaseSchema, isReadOnly: Bool) throws {
    let found = try read { try FoundVersion($0) }
    try found.require(schema, in: file)
    guard found.version < schema.version else { return }
    guard !isReadOnly else {
      throw StoreError(
        .notFound, "this database has an older form and is opened only for reading: \(file)")
    }
    for version in found.version..<schema.version {
      // The version changes in the same transaction, so an interrupted migration is repeated.
      try write { transaction in
        try transaction.runScript(schema.migrations[version])
        try transaction.runScript("PRAGMA application_id = \(schema.applicationID)")
        try transaction.runScript("PRAGMA user_version = \(version + 1)")
      }
    }
    if let folder = path.parent { try disk.syncFolder(folder) }
  }

  // MARK: Failed syncs

  private func requireRunning() throws {
    guard let code = stop.withLock({ $0 }) else { return }
    throw StoreError(
      code,
      (code == .noSpace ? "no space was left for" : "the device failed under")
        + " the database before, so nothing more is written: \(file)")
  }

  /// Changes the file; what SQLite throws is told with what the system had said.
  ///
  /// To be called while the connection is held: later calls of the system say something else.
  private func changing<Result>(_ body: () throws -> Result) throws -> Result {
    errno = 0
    do {
      return try body()
    } catch {
      let told = StoreError.translating(error, systemError: errno, in: file)
      // Where GRDB speaks it was the commit or the moving of the log: a sync may have failed.
      let isFailedSync = (error as? DatabaseError)?.resultCode == .SQLITE_IOERR
      if let told = told as? StoreError, isFailedSync || told.code == .io {
        stop.withLock { $0 = $0 ?? told.code }
      }
      throw told
    }
  }
}
