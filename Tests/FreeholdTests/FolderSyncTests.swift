import FreeholdTestKit
import Testing
import VaultFolder

@testable import Freehold

/// Changes of one device in the folder of another.
struct FolderSyncTests {
  @Test func `what one device writes lies in the other's folder, to the nanosecond`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("plans")
    try a.makeFolder("plans/2026")
    try a.write("plans/2026/summer.txt", "to the sea")
    try a.write("long.txt", String(repeating: "a line that is written often\n", count: 5_000))
    try a.link("newest", to: "plans/2026/summer.txt")
    try a.setMode("plans/2026/summer.txt", 0o640)
    try a.setTime("plans/2026/summer.txt", seconds: 1_500_000_000, nanoseconds: 123_456_789)
    try a.setTime("plans", seconds: 1_400_000_000, nanoseconds: 1)
    try a.setMode("plans/2026", 0o750)
    try await world.sync(0)
    let report = try await world.sync(1)
    #expect(report.incoming.added == 5)
    #expect(report.problems.filter { $0.severity < .note } == [])
    #expect(try b.snapshot() == a.snapshot())
    #expect(try b.snapshot()["plans/2026/summer.txt"]?.modified.nanoseconds == 123_456_789)
  }

  @Test func `a sync without changes writes nothing and asks once`() async throws {
    let world = try await FolderWorld()
    try world.devices[0].folder.write("a", String(repeating: "x", count: 3_000))
    try await world.comeTogether()
    for number in 0...1 {
      _ = world.network.takeRequestPaths()
      let before = try world.devices[number].folder.snapshot()
      let report = try await world.sync(number)
      #expect(report.outgoing.total == 0)
      #expect(report.incoming.total == 0)
      #expect(world.network.takeRequestPaths() == ["/v1/sync"])
      #expect(try world.devices[number].folder.snapshot() == before)
    }
  }

  @Test func `edits, renames, moves and deletions arrive`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    for name in ["a", "b", "c", "d"] { try a.makeFolder(name) }
    for name in ["a/1", "a/2", "b/3", "c/4", "5"] { try a.write(name, "content of \(name)") }
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    let inode = try a.inode("a/1")
    try b.save("a/2", "another content")
    try b.move("a/1", "b/one")
    try b.move("b", "d/b")
    try b.remove("c")
    try b.setMode("5", 0o600)
    try await world.sync(1)
    let report = try await world.sync(0)
    #expect(report.incoming.deleted == 2)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.inode("d/b/one") == inode, "a move is a move, not a copy")
  }

  @Test func `swaps and rings arrive, of files and of folders`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    for name in ["x", "y", "z"] {
      try a.write(name, "file \(name)")
      try a.makeFolder("folder \(name)")
      try a.write("folder \(name)/inside", "in \(name)")
    }
    try a.makeFolder("outer")
    try a.makeFolder("outer/inner")
    try a.write("outer/inner/leaf", "leaf")
    try await world.comeTogether()
    for prefix in ["", "folder "] {
      try b.move(prefix + "x", "t")
      try b.move(prefix + "y", prefix + "x")
      try b.move(prefix + "z", prefix + "y")
      try b.move("t", prefix + "z")
    }
    try b.move("outer/inner", "inner")
    try b.move("outer", "inner/outer")
    try b.move("inner", "outer")
    try await world.sync(1)
    try await world.sync(0)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.read("x") == "file y")
    #expect(try a.read("outer/leaf") == "leaf")
    #expect(try await world.comeTogether() == 1)
  }

  @Test func `a folder becomes a file and a file a folder`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("was folder")
    try a.makeFolder("was folder/deep")
    try a.write("was folder/deep/kept", "kept")
    try a.write("was file", "file")
    try a.write("was link", "file")
    try await world.comeTogether()
    try b.move("was folder/deep/kept", "kept")
    try b.remove("was folder")
    try b.move("kept", "was folder")
    try b.remove("was file")
    try b.makeFolder("was file")
    try b.write("was file/new", "new")
    try b.remove("was link")
    try b.link("was link", to: "nowhere")
    try await world.sync(1)
    try await world.sync(0)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.listing() == b.listing())
    #expect(try a.read("was folder") == "kept")
  }

  @Test func `hard links stay hard links, and come apart`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    let long = String(repeating: "0123456789", count: 200)
    try a.write("one", long)
    try a.hardLink("one", "two")
    try a.write("small", "s")
    try a.hardLink("small", "small too")
    try await world.comeTogether()
    #expect(try b.inode("one") == b.inode("two"))
    #expect(try b.inode("small") == b.inode("small too"))
    try b.write("one", long + "more")
    try await world.comeTogether()
    #expect(try a.read("two") == long + "more")
    #expect(try a.inode("one") == a.inode("two"))
    try b.save("two", "apart")
    try await world.comeTogether()
    #expect(try a.read("one") == long + "more")
    #expect(try a.inode("one") != a.inode("two"))
    #expect(try a.snapshot() == b.snapshot())
  }

  @Test func `a folder that holds ignored files stays and is said`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("build")
    try a.write("build/source", "source")
    try a.write(".freeholdignore", "*.tmp\n")
    try await world.comeTogether()
    try a.write("build/cache.tmp", "of no use")
    try b.remove("build")
    try await world.sync(1)
    let report = try await world.sync(0)
    #expect(report.problems.contains { $0.message.hasPrefix("build is deleted") })
    #expect(try a.snapshot().keys.sorted() == [".freeholdignore", "build", "build/cache.tmp"])
    try await world.comeTogether()
    #expect(!b.exists("build"))
    try a.remove("build")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
  }

  @Test func `names that differ by case or Unicode form are different files`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    for name in ["Read", "read", "caf\u{e9}", "cafe\u{301}"] { try a.write(name, name) }
    try await world.comeTogether()
    #expect(try b.names() == a.names())
    #expect(try b.names().count == 4)
  }

  @Test func `a device that joins a folder with the same files takes them for its own`()
    async throws
  {
    let world = try await FolderWorld(devices: 1)
    let a = world.devices[0].folder
    let long = String(repeating: "the same on both\n", count: 2_000)
    for name in ["same", "other"] { try a.write(name, long + name) }
    try a.makeFolder("in")
    try a.write("in/small", "small")
    try await world.sync(0)
    try await world.join(1, seed: 1)
    let b = world.devices[1].folder
    try b.write("same", long + "same")
    try b.makeFolder("in")
    try b.write("in/small", "small")
    try b.write("only here", "b")
    try b.write("other", "another content")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    let names = try a.snapshot().keys.sorted()
    #expect(names.count == 6)
    #expect(names.contains { $0.hasPrefix("other (conflict, desktop, ") })
    #expect(try a.read("other") == long + "other")
  }
}
