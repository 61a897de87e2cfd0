import Foundation
import Testing
import VaultEnvironment
import VaultFolder
import VaultStore

/// What the kernel is really asked for, seen through strace.
@Suite struct TracedWriteTests {
  private static let strace = "/usr/bin/strace"
  private static let hasStrace = FileManager.default.isExecutableFile(atPath: strace)

  @Test(.enabled(if: hasStrace, "strace is absent"))
  func `the kernel is asked to sync the file, rename it and sync its folder`() throws {
    try withTemporaryFolder { folder in
      let text = try #require(folder.text)
      let calls = try traceProgram(in: folder).filter { $0.contains("\(text)/files") }
      let sync = try #require(calls.firstIndex { $0.contains("fsync(") && $0.contains("/.part-") })
      let rename = try #require(calls.firstIndex { $0.contains("rename") })
      let folderSync = try #require(
        calls.firstIndex { $0.contains("fsync(") && $0.contains("/files>") })
      #expect(sync < rename)
      #expect(rename < folderSync)
      #expect(calls.count { $0.contains("fsync(") } == 2, "\(calls)")
    }
  }

  @Test(.enabled(if: hasStrace, "strace is absent"))
  func `a file of the user is on the disk before it is put into place`() throws {
    try withTemporaryFolder { folder in
      let text = try #require(folder.text)
      let calls = try traceProgram(in: folder).filter { $0.contains("\(text)/user") }
      let sync = try #require(
        calls.firstIndex { $0.contains("fsync(") && $0.contains(FolderRoot.draftPrefix) })
      let rename = try #require(calls.firstIndex { $0.contains("rename") })
      let folderSync = try #require(
        calls.firstIndex { $0.contains("fsync(") && $0.contains("/user>") })
      #expect(sync < rename)
      #expect(rename < folderSync)
    }
  }

  @Test(.enabled(if: hasStrace, "strace is absent"))
  func `each commit syncs the log, whose name is synced too`() throws {
    try withTemporaryFolder { folder in
      let text = try #require(folder.text)
      let calls = try traceProgram(in: folder).filter { $0.contains("\(text)/home") }
      #expect(calls.contains { $0.contains("sync(") && $0.contains("/home>") })
      let made = try #require(calls.firstIndex { $0.contains("sync(") && $0.contains("-wal>") })
      #expect(calls[made...].contains { $0.contains("sync(") && $0.contains("/home>") })
      let syncs = calls.count { $0.contains("sync(") && $0.contains("vault.db-wal>") }
      #expect(syncs >= TracedProgramTests.commitCount, "\(calls)")
    }
  }

  /// The syncs and renames of `TracedProgramTests`, run in a process of its own.
  private func traceProgram(in folder: DiskPath) throws -> [String] {
    let text = try #require(folder.text)
    let log = "\(text)/trace"
    let program = Process()
    program.executableURL = URL(fileURLWithPath: Self.strace)
    program.arguments = [
      "-f", "-y", "-o", log, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2",
      try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      "--filter", "TracedProgramTests", "--testing-library", "swift-testing",
    ]
    program.environment = ProcessInfo.processInfo.environment.merging(
      [TracedProgramTests.folderVariable: text]
    ) { $1 }
    program.standardOutput = FileHandle.nullDevice
    program.standardError = FileHandle.nullDevice
    try program.run()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0)
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
