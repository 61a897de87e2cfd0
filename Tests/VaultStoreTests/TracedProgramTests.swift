import Foundation
import Testing
import VaultEnvironment
import VaultFolder
import VaultStore

/// What `TracedWriteTests` watches.
///
/// It runs only there, in a process of its own.
@Suite struct TracedProgramTests {
  static let folderVariable = "FREEHOLD_TRACED_FOLDER"
  static let commitCount = 20
  private static let folder = ProcessInfo.processInfo.environment[folderVariable]

  @Test(.enabled(if: folder != nil, "runs only under strace"))
  func `a file is written and a few changes are committed`() throws {
    let folder = DiskPath(try #require(Self.folder))
    let disk = DurableDisk.live()
    // These two are made by hand: only what follows is to be seen in the trace.
    for name in ["files", "home", "user"] {
      let path = try #require(folder.appending(name).text)
      #expect(mkdir(path, 0o700) == 0)
    }
    try disk.writeDurably(folder.appending("files").appending("file"), [1, 2, 3])
    let vault = try VaultDatabase(of: folder.appending("home"), on: disk)
    for number in 0..<Self.commitCount {
      try vault.write { try $0.setMeta("number", to: [UInt8(number)]) }
    }
    var random = SystemRandomNumberGenerator()
    let root = try FolderRoot(systemPath: folder.appending("user").bytes)
    let writer = FolderWriter(root, using: &random)
    let name = try #require(FileName("film"))
    let draft = try writer.draft(at: FolderPath([name]), expecting: .absent)
    try draft.write([1, 2, 3])
    _ = try draft.finish(FileAttributes())
  }
}
