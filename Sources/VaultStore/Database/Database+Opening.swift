import GRDB
import GRDBSQLite
import Glibc
import VaultEnvironment

// Opening a file so that its commits survive a power cut, or not at all.

extension Database {
  private static let busySeconds = 5.0
  private static let synchronousFull = 2
  private static let freeBytesMin: UInt64 = 256 << 10

  /// Refuses a file that is not ours or newer than us, before anything in it is changed: opening
  /// it for writing would already change its journal's mode.
  static func inspect(
    _ path: DiskPath, for schema: DatabaseSchema, on disk: any Disk, isReadOnly: Bool
  ) throws {
    guard case .file(let name) = try disk.databasePlace(path),
      let sizeBytes = try disk.sizeBytes(path), sizeBytes > 0
    else { return }
    func version(isReadOnly: Bool) throws -> FoundVersion {
      let connection = try DatabaseQueue(
        path: name, configuration: configuration(isReadOnly: isReadOnly, in: name))
      return try connection.read { try FoundVersion(DatabaseTransaction($0, in: name)) }
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

  static func open(
    _ path: DiskPath, on disk: any Disk, isReadOnly: Bool, readersMax: Int
  ) throws -> any DatabaseWriter {
    switch try disk.databasePlace(path) {
    case .memory(let slot):
      return try slot.value {
        try DatabaseQueue(configuration: configuration(isReadOnly: false, in: path.description))
      }
    case .file(let name):
      if try disk.item(at: path) == nil {
        guard !isReadOnly else {
          throw StoreError(.notFound, "there is no database here: \(path)")
        }
        // SQLite takes an empty file for a new database and would make one that others may read.
        try disk.writeDurably(path, [])
      }
      try requireRoom(beside: path, on: disk)
      var configuration = configuration(isReadOnly: isReadOnly, in: name)
      configuration.maximumReaderCount = readersMax
      guard !isReadOnly else { return try DatabasePool(path: name, configuration: configuration) }
      configuration.prepareDatabase { connection in
        guard !connection.configuration.readonly else { return }
        try beginLog(of: path, on: disk, connection, in: name)
      }
      let connections = try DatabasePool(path: name, configuration: configuration)
      try requireDurableCommits(connections, in: name)
      // The log's file is new, and SQLite does not look whether the sync of its folder succeeds.
      if let folder = path.parent { try disk.syncFolder(folder) }
      return connections
    }
  }

  /// SQLite maps an index of its log into memory, and on some file systems a full disk then ends
  /// the process with SIGBUS instead of an error.
  private static func requireRoom(beside path: DiskPath, on disk: any Disk) throws {
    guard let folder = path.parent, try disk.freeBytes(in: folder) < freeBytesMin else { return }
    throw StoreError(.noSpace, "the disk is full, so the database is left alone: \(path)")
  }

  private static func configuration(isReadOnly: Bool, in file: String) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busySeconds)
    configuration.prepareDatabase { connection in
      // Nothing is spilled into temporary files, nothing in the file's schema can run code, and
      // damaged cells are noticed when they are read.
      try prepare(connection, in: file) {
        """
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA cache_size = -8000;
        PRAGMA journal_size_limit = 16777216;
        """
      }
    }
    return configuration
  }

  /// Turns the write-ahead log on and begins it, where it is empty.
  ///
  /// GRDB does both by itself when it opens a pool, but does not see when the first one fails, and
  /// then goes on with a rollback journal, whose commits a power cut may undo. And what the system
  /// says is known only while the connection is held.
  private static func beginLog(
    of path: DiskPath, on disk: any Disk, _ connection: GRDB.Database, in file: String
  ) throws {
    try prepare(connection, in: file) { "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" }
    let log = path.parent?.appending(path.name + Array("-wal".utf8))
    guard let log, try disk.sizeBytes(log) ?? 0 == 0 else { return }
    let version = try Int.fetchOne(connection, sql: "PRAGMA user_version") ?? 0
    // Any change does.
    try prepare(connection, in: file) { "PRAGMA user_version = \(version);" }
  }

  private static func prepare(
    _ connection: GRDB.Database, in file: String, _ script: () -> String
  ) throws {
    errno = 0
    do {
      try connection.execute(sql: script())
    } catch {
      throw StoreError.translating(error, systemError: errno, in: file)
    }
  }

  private static func requireDurableCommits(
    _ connections: any DatabaseWriter, in file: String
  ) throws {
    let journal = try connections.writeWithoutTransaction { connection in
      try connection.execute(sql: "PRAGMA synchronous = FULL")
      return try String.fetchOne(connection, sql: "PRAGMA journal_mode")
    }
    guard try synchronousLevel(of: connections) == synchronousFull, journal == "wal" else {
      throw StoreError(.io, "the database does not sync its commits: \(file)")
    }
  }

  static func synchronousLevel(of connections: any DatabaseWriter) throws -> Int {
    try connections.writeWithoutTransaction { connection in
      try Int.fetchOne(connection, sql: "PRAGMA synchronous") ?? 0
    }
  }
}
