import Testing
import VaultFolder

@testable import Freehold

/// Contents, names and places that devices changed at once.
struct FolderConflictTests {
  private let long = String(repeating: "a line that both know\n", count: 300)

  /// Two devices with one file that both changed while apart, brought together.
  private func conflicted() async throws -> (FolderWorld, UserFolder, UserFolder, copy: String) {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.write("report.odt", long)
    try await world.comeTogether()
    try a.save("report.odt", long + "from a")
    try b.save("report.odt", long + "from b")
    #expect(try await world.comeTogether() <= 3)
    #expect(try a.snapshot() == b.snapshot())
    let names = try a.snapshot().keys.sorted()
    #expect(names.count == 2)
    return (world, a, b, try #require(names.first { $0 != "report.odt" }))
  }

  private func contents(_ folder: UserFolder) throws -> Set<String> {
    let files = try folder.snapshot().values.filter { $0.kind == .file }
    return Set(files.map { String($0.content.suffix(6)) })
  }

  @Test func `both contents of a file lie side by side on all devices`() async throws {
    let (world, a, _, copy) = try await conflicted()
    #expect(copy.hasPrefix("report (conflict, "))
    #expect(copy.hasSuffix(").odt"))
    #expect(try contents(a) == ["from a", "from b"])
    let report = try await world.sync(0)
    #expect(report.conflictCount == 1)
    let conflicts = try await world.devices[0].open.conflicts()
    #expect(conflicts.count == 1)
    #expect(conflicts.first?.versions.map(\.device).sorted() == ["desktop", "laptop"])
    #expect(conflicts.first?.versions.filter(\.isMine).map(\.device) == ["laptop"])
    #expect(try await world.comeTogether() == 1, "nothing goes to and fro")
  }

  @Test func `equal contents are no conflict`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.write("f", "one")
    try await world.comeTogether()
    for folder in [a, b] { try folder.write("f", "two") }
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.snapshot().count == 1)
    #expect(try await world.sync(0).conflictCount == 0)
  }

  @Test func `a deleted copy is dropped`() async throws {
    let (world, a, b, copy) = try await conflicted()
    let stays = try a.read("report.odt")
    try b.remove(copy)
    try await world.comeTogether()
    #expect(try a.listing() == ["report.odt = " + stays])
    #expect(try a.snapshot() == b.snapshot())
    #expect(try await world.sync(0).conflictCount == 0)
  }

  @Test func `when the file itself is deleted its copy takes the name`() async throws {
    let (world, a, b, copy) = try await conflicted()
    let stays = try a.read(copy)
    try b.remove("report.odt")
    try await world.comeTogether()
    #expect(try a.listing() == ["report.odt = " + stays])
    #expect(try a.snapshot() == b.snapshot())
  }

  @Test func `both deleted are both gone`() async throws {
    let (world, a, b, copy) = try await conflicted()
    try b.remove("report.odt")
    try b.remove(copy)
    try await world.comeTogether()
    #expect(try a.listing() == [])
    #expect(try b.listing() == [])
  }

  @Test func `a changed copy becomes a file of its own`() async throws {
    let (world, a, b, copy) = try await conflicted()
    let stays = try a.read("report.odt")
    try b.write(copy, "merged by hand")
    try await world.comeTogether()
    #expect(try a.read(copy) == "merged by hand")
    #expect(try a.read("report.odt") == stays)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try await world.sync(0).conflictCount == 0)
  }

  @Test func `a moved copy becomes a file of its own`() async throws {
    let (world, a, b, copy) = try await conflicted()
    let (first, second) = (try a.read("report.odt"), try a.read(copy))
    try b.makeFolder("old")
    try b.move(copy, "old/report of b.odt")
    try await world.comeTogether()
    #expect(try a.read("report.odt") == first)
    #expect(try a.read("old/report of b.odt") == second)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.snapshot().count == 3)
  }

  @Test func `an edit of the file itself keeps the copy as a file`() async throws {
    let (world, a, b, copy) = try await conflicted()
    let second = try a.read(copy)
    try b.write("report.odt", "merged by hand")
    try await world.comeTogether()
    #expect(try a.read("report.odt") == "merged by hand")
    #expect(try a.read(copy) == second)
    #expect(try a.snapshot() == b.snapshot())
    #expect(try await world.sync(1).conflictCount == 0)
  }

  @Test(arguments: ConflictChoice.allCases)
  func `a conflict is resolved by choice`(_ choice: ConflictChoice) async throws {
    let (world, a, b, copy) = try await conflicted()
    let vault = try world.devices[0].open
    _ = try await vault.resolve(VaultPath([Array("report.odt".utf8)]), keep: choice)
    switch choice {
    case .mine: #expect(try a.listing() == ["report.odt = " + long + "from a"])
    case .theirs: #expect(try a.listing() == ["report.odt = " + long + "from b"])
    case .both: #expect(try a.snapshot().keys.sorted() == [copy, "report.odt"].sorted())
    }
    let before = try a.snapshot()
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.snapshot() == before)
    #expect(try await vault.conflicts() == [])
    await #expect(throws: FreeholdError.self) {
      _ = try await vault.resolve(VaultPath([Array("report.odt".utf8)]), keep: choice)
    }
  }

  @Test func `three devices keep three contents`() async throws {
    let world = try await FolderWorld(devices: 3)
    let folders = world.devices.map(\.folder)
    try folders[0].write("f", "start")
    try await world.comeTogether()
    for number in 0..<3 { try folders[number].write("f", long + "version \(number)") }
    try await world.comeTogether()
    #expect(try folders[0].snapshot() == folders[1].snapshot())
    #expect(try folders[0].snapshot() == folders[2].snapshot())
    #expect(try folders[0].snapshot().count == 3)
    let copies = try folders[0].snapshot().keys.filter { $0 != "f" }.sorted()
    try folders[0].remove(copies[0])
    try await world.comeTogether()
    #expect(try folders[1].snapshot().keys.sorted() == [copies[1], "f"].sorted())
    #expect(try folders[0].snapshot() == folders[2].snapshot())
  }

  @Test(arguments: ConflictChoice.allCases)
  func `two new files of one name are resolved by choice`(_ choice: ConflictChoice) async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.write("new.txt", "from a")
    try b.write("new.txt", "from b")
    try await world.comeTogether()
    let both = try a.snapshot()
    let vault = try world.devices[0].open
    let conflicts = try await vault.conflicts()
    #expect(conflicts.map(\.versions.count) == [2])
    // Either name will do.
    let named = choice == .mine ? conflicts[0].path : conflicts[0].versions[1].path
    _ = try await vault.resolve(VaultPath(named), keep: choice)
    switch choice {
    case .mine: #expect(try a.listing() == ["new.txt = from a"])
    case .theirs: #expect(try a.listing() == ["new.txt = from b"])
    case .both: #expect(try a.snapshot() == both)
    }
    let after = try a.snapshot()
    try await world.comeTogether()
    #expect(try a.snapshot() == after && b.snapshot() == after)
    #expect(try await vault.conflicts() == [])
    // Nothing is marked any more: of both, one can go and the other keeps its name.
    if choice == .both {
      try b.remove("new.txt")
      try await world.comeTogether()
      #expect(try a.snapshot().keys.allSatisfy { $0.hasPrefix("new (conflict") })
    }
  }

  @Test func `two new files of one name both stay`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.write("new.txt", "from a")
    try b.write("new.txt", "from b")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try contents(a) == ["from a", "from b"])
    #expect(try a.snapshot().keys.contains { $0.hasPrefix("new (conflict, desktop, ") })
    #expect(try await world.comeTogether() == 1)
    try a.remove("new.txt")
    try await world.comeTogether()
    #expect(try b.listing() == ["new.txt = from b"], "the clash is over, and so is the mark")
    #expect(try a.snapshot() == b.snapshot())
  }

  @Test func `folders moved into each other are not lost`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    for name in ["x", "y"] {
      try a.makeFolder(name)
      try a.write("\(name)/in \(name)", name)
    }
    try await world.comeTogether()
    try a.move("x", "y/x")
    try b.move("y", "x/y")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try contents(a) == ["x", "y"])
  }

  @Test func `an edit survives a deletion, of the file and of folders around it`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("d")
    try a.makeFolder("d/e")
    for name in ["f", "d/e/g", "d/e/h", "d/i"] { try a.write(name, "old") }
    try await world.comeTogether()
    try a.remove("f")
    try a.remove("d")
    try b.write("f", "edited")
    try b.write("d/e/g", "edited")
    try b.write("d/e/new", "new")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(
      try a.listing() == ["d/", "d/e/", "d/e/g = edited", "d/e/new = new", "f = edited"])
  }

  @Test func `a file moved out of a deleted folder stays`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("d")
    for name in ["d/1", "d/2"] { try a.write(name, name) }
    try await world.comeTogether()
    try a.remove("d")
    try b.move("d/1", "1")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try a.listing() == ["1 = d/1"])
  }

  @Test func `a folder replaced by a file on one side and written into on the other`()
    async throws
  {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("thing")
    try a.write("thing/old", "old")
    try await world.comeTogether()
    try a.remove("thing")
    try a.write("thing", "now a file")
    try b.write("thing/new", "new")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(try contents(a) == ["a file", "new"])
  }

  @Test func `modes changed at once are alike in the end`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.write("f", "f")
    try await world.comeTogether()
    try a.setMode("f", 0o600)
    try b.setMode("f", 0o640)
    try a.setTime("f", seconds: 1_000_000_000)
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
  }
}
