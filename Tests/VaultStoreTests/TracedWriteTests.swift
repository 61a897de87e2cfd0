import Foundation
import Testing
import VaultEnvironment
import VaultStore

/// What the kernel is really asked for, seen through strace.
@Suite(.serialized) struct TracedWriteTests {
  private static let strace = "/usr/bin/strace"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is absent"))
  func `the kernel is asked to sync the file, rename it and sync its folder`() async throws {
    try withTemporaryFolder { folder in
      let home = folder.appending("home")
      let disk = DurableDisk.live()
      try disk.makeFolder(home)
      let calls = try trace(to: try #require(folder.appending("trace").text)) {
        try disk.writeDurably(home.appending("durable"), [1, 2, 3])
      }
      let text = try #require(home.text)
      let mine = calls.filter { $0.contains(text) }
      let sync = try #require(mine.firstIndex { $0.contains("fsync(") && $0.contains("/.part-") })
      let rename = try #require(mine.firstIndex { $0.contains("rename") })
      let folderSync = try #require(
        mine.lastIndex { $0.contains("fsync(") && $0.contains("\(text)>") })
      #expect(sync < rename)
      #expect(rename < folderSync)
      #expect(mine.count { $0.contains("fsync(") } == 2, "\(mine)")
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is absent"))
  func `a commit syncs the log before it returns`() async throws {
    try withTemporaryFolder { folder in
      let disk = DurableDisk.live()
      let home = folder.appending("home")
      try disk.makeFolder(home)
      let text = try #require(home.text)
      let opening = try trace(to: try #require(folder.appending("trace").text)) {
        _ = try VaultDatabase(of: home, on: disk).write { try $0.setMeta("a", to: [1]) }
      }
      // The log is a new file, so its name must be synced too.
      #expect(opening.contains { $0.contains("sync(") && $0.contains("\(text)>") })
      let database = try VaultDatabase(of: home, on: disk)
      try database.write { try $0.setMeta("a", to: [2]) }
      let commits = try trace(to: try #require(folder.appending("trace").text)) {
        for number in 0..<3 { try database.write { try $0.setMeta("a", to: [UInt8(number)]) } }
      }
      let synced = commits.count { $0.contains("sync(") && $0.contains("vault.db-wal") }
      #expect(synced == 3, "\(commits.filter { $0.contains(text) })")
    }
  }

  /// The calls of this process, from before to after the closure, one line each.
  private func trace(to log: String, _ body: () throws -> Void) throws -> [String] {
    let tracer = Process()
    tracer.executableURL = URL(fileURLWithPath: Self.strace)
    tracer.arguments = [
      "-f", "-y", "-o", log, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-p",
      "\(getpid())",
    ]
    let messages = Pipe()
    tracer.standardError = messages
    try tracer.run()
    // strace says "attached" once it sees every call.
    var said = ""
    while !said.contains("attached") {
      let piece = messages.fileHandleForReading.availableData
      try #require(!piece.isEmpty, "strace did not attach: \(said)")
      said += String(decoding: piece, as: UTF8.self)
    }
    do {
      defer {
        tracer.interrupt()
        tracer.waitUntilExit()
      }
      try body()
    }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
