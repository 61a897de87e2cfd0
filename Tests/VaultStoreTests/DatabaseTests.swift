import FreeholdTestKit
import GRDB
import Glibc
import Testing
import VaultEnvironment

@testable import VaultStore

@Suite struct DatabaseTests {
  private static let schema = DatabaseSchema(
    applicationID: 0x7465_7374,
    migrations: [
      "CREATE TABLE things (name TEXT PRIMARY KEY) STRICT;",
      """
      CREATE TABLE others (thing TEXT NOT NULL REFERENCES things (name)) STRICT;
      INSERT INTO things (name) VALUES ('made by the second migration');
      """,
      "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7;",
    ])

  private static func schema(upTo version: Int) -> DatabaseSchema {
    DatabaseSchema(
      applicationID: schema.applicationID, migrations: Array(schema.migrations.prefix(version)))
  }

  @Test func `commits are synced: synchronous reads back as FULL and the log as WAL`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("test.db")
      for _ in 0..<2 {
        let database = try VaultStore.Database(path, schema: Self.schema, disk: DurableDisk.live())
        #expect(try database.synchronousLevel() == 2)
        let journal = try database.read { try $0.first("PRAGMA journal_mode") { $0.text(0) } }
        #expect(journal == "wal")
        let keys = try database.write { try $0.first("PRAGMA foreign_keys") { $0.int(0) } }
        #expect(keys == 1)
      }
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `what was committed is there after opening again`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("test.db")
      try VaultStore.Database(path, schema: Self.schema, disk: disk).write {
        try $0.run("INSERT INTO things (name) VALUES (?)", [.text("a")])
      }
      let database = try VaultStore.Database(path, schema: Self.schema, disk: disk)
      #expect(try names(in: database).contains("a"))
      #expect(try database.problems().isEmpty)
      #expect(try disk.item(at: path)?.kind == .file)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `an error undoes the whole transaction and comes through unchanged`(
    kind: DiskKind
  ) throws {
    struct Mine: Error {}
    try kind.withFolder { disk, folder in
      let database = try VaultStore.Database(
        folder.appending("t.db"), schema: Self.schema, disk: disk)
      #expect(throws: Mine.self) {
        try database.write { transaction in
          try transaction.run("INSERT INTO things (name) VALUES ('a')")
          throw Mine()
        }
      }
      #expect(try names(in: database).contains("a") == false)
      try database.write { try $0.run("INSERT INTO things (name) VALUES ('a')") }
      #expect(try names(in: database).contains("a"))
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `statements that break a rule are mistakes of ours and change nothing`(
    kind: DiskKind
  ) throws {
    try kind.withFolder { disk, folder in
      let database = try VaultStore.Database(
        folder.appending("t.db"), schema: Self.schema, disk: disk)
      let wrong: [(String, [SQLValue])] = [
        ("INSERT INTO nothing VALUES (1)", []), ("INSERT INTO things (name) VALUES (?)", []),
        ("INSERT INTO others (thing) VALUES ('absent')", []),
        ("INSERT INTO things (name, size) VALUES (?, ?)", [.text("a"), .text("b")]),
      ]
      for (sql, values) in wrong {
        let error = #expect(throws: StoreError.self) {
          try database.write { try $0.run(sql, values) }
        }
        #expect(error?.code == .misuse)
      }
      #expect(throws: StoreError.self) {
        try database.read { try $0.run("INSERT INTO things (name) VALUES ('a')") }
      }
    }
  }

  @Test func `empty bytes, null and large numbers keep their meaning`() throws {
    try DiskKind.simulated.withFolder { disk, folder in
      let database = try VaultStore.Database(
        folder.appending("t.db"), schema: Self.schema, disk: disk)
      let question = "SELECT ?, ?, ?, ?"
      let values: [SQLValue] = [.bytes([]), .null, .integer(.min), try .unsigned(1 << 62)]
      try database.read { transaction in
        try transaction.forEachRow(question, values) { row in
          #expect(row.optionalBytes(0) == [])
          #expect(row.optionalBytes(1) == nil)
          #expect(row.integer(2) == .min)
          let large = try row.unsigned(3)
          #expect(large == 1 << 62)
          #expect(throws: StoreError.self) { try row.unsigned(2) }
          #expect(throws: StoreError.self) { try row.bytes32(0) }
        }
      }
      #expect(throws: StoreError.self) { try SQLValue.unsigned(1 << 63) }
    }
  }

  @Test func `a question may be asked again among its own rows`() throws {
    try DiskKind.simulated.withFolder { disk, folder in
      let database = try VaultStore.Database(
        folder.appending("t.db"), schema: Self.schema, disk: disk)
      try database.write { transaction in
        for name in ["a", "b"] {
          try transaction.run("INSERT INTO things (name) VALUES (?)", [.text(name)])
        }
      }
      let pairs = try database.read { transaction in
        let question = "SELECT name FROM things WHERE size = 7 AND length(name) = 1"
        var pairs: [String] = []
        try transaction.forEachRow(question) { outer in
          let first = outer.text(0)
          try transaction.forEachRow(question) { pairs.append(first + $0.text(0)) }
        }
        return pairs
      }
      #expect(pairs == ["aa", "ab", "ba", "bb"])
    }
  }

  @Test func `readers see the last commit and do not wait for a writer`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("t.db")
      let disk = DurableDisk.live()
      let writer = try VaultStore.Database(path, schema: Self.schema, disk: disk)
      let reader = try VaultStore.Database(path, schema: Self.schema, disk: disk, isReadOnly: true)
      try writer.write { transaction in
        try transaction.run("INSERT INTO things (name) VALUES ('a')")
        #expect(try names(in: reader).contains("a") == false)
      }
      #expect(try names(in: reader).contains("a"))
      #expect(throws: StoreError.self) {
        try reader.write { try $0.run("INSERT INTO things (name) VALUES ('b')") }
      }
    }
  }

  // MARK: Versions

  @Test(arguments: DiskKind.allCases)
  func `every older version is brought to the newest with its data`(kind: DiskKind) throws {
    for version in 1...3 {
      try kind.withFolder { disk, folder in
        let path = folder.appending("t.db")
        try VaultStore.Database(path, schema: Self.schema(upTo: version), disk: disk).write {
          try $0.run("INSERT INTO things (name) VALUES ('old')")
        }
        let database = try VaultStore.Database(path, schema: Self.schema, disk: disk)
        #expect(try names(in: database) == ["made by the second migration", "old"])
        #expect(try database.read { try $0.first("PRAGMA user_version") { $0.int(0) } } == 3)
      }
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a newer format is refused with a sentence and left alone`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("t.db")
      try VaultStore.Database(path, schema: Self.schema, disk: disk).write {
        try $0.run("INSERT INTO things (name) VALUES ('new')")
      }
      let error = #expect(throws: StoreError.self) {
        try VaultStore.Database(path, schema: Self.schema(upTo: 2), disk: disk)
      }
      #expect(error?.code == .newerFormat)
      #expect(error?.sentence.hasPrefix("this was made by a newer Freehold") == true)
      #expect(
        try names(in: VaultStore.Database(path, schema: Self.schema, disk: disk)).contains("new"))
    }
  }

  @Test func `a file of another program and a damaged one are told apart`() throws {
    try withTemporaryFolder { folder in
      let disk = DurableDisk.live()
      let foreign = folder.appending("foreign.db")
      try DatabaseQueue(path: try #require(foreign.text)).write {
        try $0.execute(sql: "CREATE TABLE bookmarks (url TEXT)")
      }
      let before = try disk.read(foreign, bytesMax: 1 << 20)
      #expect(
        try code { try VaultStore.Database(foreign, schema: Self.schema, disk: disk) } == .wrongFile
      )
      let noDatabase = folder.appending("no.db")
      try disk.writeDurably(noDatabase, Array(repeating: 0x41, count: 8192))
      #expect(
        try code { try VaultStore.Database(noDatabase, schema: Self.schema, disk: disk) }
          == .corrupt)
      #expect(try disk.read(noDatabase, bytesMax: 1 << 20) == Array(repeating: 0x41, count: 8192))
      #expect(try disk.read(foreign, bytesMax: 1 << 20) == before)
    }
  }

  @Test func `reading where there is nothing makes nothing`() throws {
    try withTemporaryFolder { folder in
      let disk = DurableDisk.live()
      let path = folder.appending("t.db")
      let refusal = try code {
        try VaultStore.Database(path, schema: Self.schema, disk: disk, isReadOnly: true)
      }
      #expect(refusal == .notFound)
      #expect(try disk.list(folder).isEmpty)
    }
  }

  @Test func `a database is for its owner only`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("t.db")
      let database = try VaultStore.Database(path, schema: Self.schema, disk: DurableDisk.live())
      for suffix in ["", "-wal", "-shm"] {
        #expect(try mode(of: try #require(path.text) + suffix) == 0o600)
      }
      withExtendedLifetime(database) {}
    }
  }

  @Test func `pages that were overwritten are noticed`() throws {
    try withTemporaryFolder { folder in
      let disk = DurableDisk.live()
      let path = folder.appending("t.db")
      do {
        let database = try VaultStore.Database(path, schema: Self.schema, disk: disk)
        try database.write { transaction in
          for number in 0..<2_000 {
            try transaction.run("INSERT INTO things (name) VALUES (?)", [.text("thing \(number)")])
          }
        }
        try database.shorten()
      }
      var bytes = try disk.read(path, bytesMax: 1 << 24)
      #expect(bytes.count > 5 * 4096)
      bytes.replaceSubrange(3 * 4096..<5 * 4096, with: repeatElement(0xaa, count: 2 * 4096))
      try disk.writeDurably(path, bytes)
      let problems: [String]
      do {
        problems = try VaultStore.Database(path, schema: Self.schema, disk: disk).problems()
      } catch let error as StoreError {
        #expect(error.code == .corrupt)
        problems = [error.sentence]
      }
      #expect(!problems.isEmpty)
    }
  }

  // MARK: Crashes

  @Test func `a file that SQLite was interrupted in making is made`() throws {
    try withTemporaryFolder { folder in
      let disk = DurableDisk.live()
      let (half, path) = (folder.appending("half.db"), folder.appending("t.db"))
      let queue = try DatabaseQueue(path: try #require(half.text))
      try queue.writeWithoutTransaction { connection in
        try connection.execute(sql: "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; VACUUM;")
        try connection.inTransaction {
          try connection.execute(
            sql: "CREATE TABLE half (bytes BLOB); INSERT INTO half VALUES (randomblob(400000));")
          // What is on the disk now is what a power cut would leave: pages, and how to undo them.
          for suffix in ["", "-journal"] {
            let bytes = try disk.read(folder.appending("half.db" + suffix), bytesMax: 1 << 20)
            try disk.writeDurably(folder.appending("t.db" + suffix), bytes)
          }
          return .rollback
        }
      }
      #expect(try disk.sizeBytes(folder.appending("t.db-journal")) ?? 0 > 0)
      #expect(
        try code {
          try VaultStore.Database(path, schema: Self.schema, disk: disk, isReadOnly: true)
        } == .denied)
      let database = try VaultStore.Database(path, schema: Self.schema, disk: disk)
      #expect(try names(in: database) == ["made by the second migration"])
      #expect(try database.problems().isEmpty)
    }
  }

  @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
  func `what SQLite calls a failed device is no space where the system says so`(number: Int32) {
    let (sync, truncation, cannotOpen, shortRead): (Int32, Int32, Int32, Int32)
    (sync, truncation, cannotOpen, shortRead) = (1034, 1546, 14, 522)
    func code(_ result: Int32, _ systemError: Int32) -> StoreError.Code {
      StoreError(sqlite: result, systemError: systemError, "disk I/O error", in: "t.db").code
    }
    for result in [sync, truncation, cannotOpen] { #expect(code(result, number) == .noSpace) }
    #expect(code(sync, EIO) == .io)
    #expect(code(sync, 0) == .io)
    #expect(code(cannotOpen, EACCES) == .denied)
    #expect(code(shortRead, number) == .io, "what the system said is older than this failure")
  }

  @Test func `a crash at any step of opening and migrating is survived`() throws {
    let path = DiskPath("/home/t.db")
    var step = 1
    while true {
      let medium = SimulatedDisk(seed: UInt64(step))
      let disk = medium.start()
      try disk.makeFolder(DiskPath("/home"))
      try VaultStore.Database(path, schema: Self.schema(upTo: 1), disk: disk).write {
        try $0.run("INSERT INTO things (name) VALUES ('old')")
      }
      medium.faults = SimulatedFaults(crashAtStep: step)
      let isDone = finishes { _ = try VaultStore.Database(path, schema: Self.schema, disk: disk) }
      medium.cutPower()
      let database = try VaultStore.Database(path, schema: Self.schema, disk: medium.start())
      #expect(try names(in: database) == ["made by the second migration", "old"])
      if isDone { break }
      step += 1
    }
    #expect(step > 4)
  }

  @Test func `a crash before the commit loses the change and one after it does not`() throws {
    let path = DiskPath("/home/t.db")
    for (step, survives) in [(1, false), (2, true), (3, true)] {
      let medium = SimulatedDisk(seed: 1)
      let disk = medium.start()
      try disk.makeFolder(DiskPath("/home"))
      let database = try VaultStore.Database(path, schema: Self.schema, disk: disk)
      medium.faults = SimulatedFaults(crashAtStep: step)
      let isDone = finishes {
        try database.write { try $0.run("INSERT INTO things (name) VALUES ('new')") }
      }
      #expect(isDone == (step == 3))
      medium.cutPower()
      // The old machine is dead: nothing it does may reach the medium any more.
      #expect(throws: SimulatedCrash.self) {
        try database.write { try $0.run("INSERT INTO things (name) VALUES ('ghost')") }
      }
      let found = try names(
        in: VaultStore.Database(path, schema: Self.schema, disk: medium.start()))
      #expect(found.contains("new") == survives)
      #expect(!found.contains("ghost"))
    }
  }

  @Test func `after the device has failed nothing more is written`() throws {
    try DiskKind.simulated.withFolder { disk, folder in
      let database = try VaultStore.Database(
        folder.appending("t.db"), schema: Self.schema, disk: disk)
      #expect(throws: StoreError.self) {
        try database.write { _ in throw StoreError(.io, "a sync failed") }
      }
      let error = #expect(throws: StoreError.self) { try database.write { _ in } }
      #expect(error?.code == .io)
      _ = try names(in: database)
    }
  }

  @Test func `no space at the commit undoes the change and a later one goes through`() throws {
    let medium = SimulatedDisk(seed: 1)
    let disk = medium.start()
    try disk.makeFolder(DiskPath("/home"))
    let database = try VaultStore.Database(DiskPath("/home/t.db"), schema: Self.schema, disk: disk)
    medium.faults = SimulatedFaults(failures: [.init(of: [.crashPoint], at: 1, with: .noSpace)])
    let insert = { try database.write { try $0.run("INSERT INTO things (name) VALUES ('a')") } }
    #expect(throws: DiskError.self) { try insert() }
    #expect(try names(in: database).contains("a") == false)
    try insert()
    #expect(try names(in: database).contains("a"))
  }

  // MARK: Parts

  private func names(in database: VaultStore.Database) throws -> [String] {
    try database.read { try $0.all("SELECT name FROM things ORDER BY name") { $0.text(0) } }
  }

  private func code(_ body: () throws -> some Any) throws -> StoreError.Code? {
    do {
      _ = try body()
      return nil
    } catch let error as StoreError {
      return error.code
    }
  }

  private func finishes(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch is SimulatedCrash {
      return false
    } catch {
      Issue.record(error)
      return false
    }
  }
}
