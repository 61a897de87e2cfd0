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
  private static let busySeconds = 5.0
  private static let synchronousFull = 2
  private static let freeBytesMin: UInt64 = 256 << 10

  /// Where the file lies.
  public let path: DiskPath

  private let disk: any Disk
  private let connections: any DatabaseWriter
  private let file: String
  /// Set when SQLite could not sync.
  ///
  /// The kernel may have dropped the pages and may call the next sync a success, so later commits
  /// could be lost after they were acknowledged.
  private let isStopped = Mutex(false)

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
      if !isReadOnly { try Self.requireDurableCommits(connections, in: file) }
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

  // MARK: Opening

  /// Refuses a file that is not ours or newer than us, before anything in it is changed: opening
  /// it for writing would already change its journal's mode.
  private static func inspect(
    _ path: DiskPath, for schema: DatabaseSchema, on disk: any Disk, isReadOnly: Bool
  ) throws {
    guard case .file(let name) = try disk.databasePlace(path),
      let sizeBytes = try disk.sizeBytes(path), sizeBytes > 0
    else { return }
    func version(isReadOnly: Bool) throws -> FoundVersion {
      do {
        let connection = try DatabaseQueue(
          path: name, configuration: configuration(isReadOnly: isReadOnly))
        return try connection.read { try FoundVersion(DatabaseTransaction($0, in: name)) }
      } catch {
        throw StoreError.translating(error, systemError: errno, in: name)
      }
    }
    let found: FoundVersion
    do {
      found = try version(isReadOnly: true)
    } catch let error as StoreError where error.code == .denied && !isReadOnly {
      // SQLite was interrupted while it made the file: only a writer may undo what it had begun.
      found = try version(isReadOnly: false)
    }
    try found.require(schema, in: name)
  }

  private static func open(
    _ path: DiskPath, on disk: any Disk, isReadOnly: Bool, readersMax: Int
  ) throws -> any DatabaseWriter {
    switch try disk.databasePlace(path) {
    case .memory(let slot):
      return try slot.value { try DatabaseQueue(configuration: configuration(isReadOnly: false)) }
    case .file(let name):
      var configuration = configuration(isReadOnly: isReadOnly)
      configuration.maximumReaderCount = readersMax
      if try disk.item(at: path) == nil {
        guard !isReadOnly else {
          throw StoreError(.notFound, "there is no database here: \(path)")
        }
        // SQLite takes an empty file for a new database and would make one that others may read.
        try disk.writeDurably(path, [])
      }
      try requireRoom(beside: path, on: disk)
      let connections = try DatabasePool(path: name, configuration: configuration)
      // The log's file is new, and SQLite does not look whether the sync of its folder succeeds.
      if !isReadOnly, let folder = path.parent { try disk.syncFolder(folder) }
      return connections
    }
  }

  /// SQLite maps an index of its log into memory, and on some file systems a full disk then ends
  /// the process with SIGBUS instead of an error.
  private static func requireRoom(beside path: DiskPath, on disk: any Disk) throws {
    guard let folder = path.parent, try disk.freeBytes(in: folder) < freeBytesMin else { return }
    throw StoreError(.noSpace, "the disk is full, so the database is left alone: \(path)")
  }

  private static func configuration(isReadOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busySeconds)
    configuration.prepareDatabase { connection in
      // Nothing is spilled into temporary files, nothing in the file's schema can run code, and
      // damaged cells are noticed when they are read.
      try connection.execute(
        sql: """
          PRAGMA temp_store = MEMORY;
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA cache_size = -8000;
          PRAGMA journal_size_limit = 16777216;
          """)
    }
    return configuration
  }

  private static func requireDurableCommits(
    _ connections: any DatabaseWriter, in file: String
  ) throws {
    try connections.writeWithoutTransaction { connection in
      try connection.execute(sql: "PRAGMA synchronous = FULL")
    }
    guard try synchronousLevel(of: connections) == synchronousFull else {
      throw StoreError(.io, "the database does not sync its commits: \(file)")
    }
  }

  private static func synchronousLevel(of connections: any DatabaseWriter) throws -> Int {
    try connections.writeWithoutTransaction { connection in
      try Int.fetchOne(connection, sql: "PRAGMA synchronous") ?? 0
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
    guard !isStopped.withLock({ $0 }) else {
      throw StoreError(
        .io, "the device failed under the database before, so nothing more is written: \(file)")
    }
  }

  /// Changes the file; what SQLite throws is told with what the system had said.
  ///
  /// To be called while the connection is held: later calls of the system say something else.
  private func changing<Result>(_ body: () throws -> Result) throws -> Result {
    errno = 0
    do {
      return try body()
    } catch {
      let systemError = errno
      stopIfNotSynced(error)
      throw StoreError.translating(error, systemError: systemError, in: file)
    }
  }

  private func stopIfNotSynced(_ error: any Error) {
    let result: Int32
    switch error {
    case let error as DatabaseError: result = error.extendedResultCode.rawValue
    case let error as StoreError where error.code == .io: result = SQLITE_IOERR
    default: return
    }
    if result & 0xff == SQLITE_IOERR { isStopped.withLock { $0 = true } }
  }
}
