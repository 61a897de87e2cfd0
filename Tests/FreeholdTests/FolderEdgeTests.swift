import FreeholdTestKit
import Testing
import VaultEncoding
import VaultFolder

@testable import Freehold

/// What is rare in folders and must be right all the same.
struct FolderEdgeTests {
  private let long = String(repeating: "a line that both know\n", count: 300)

  @Test func `a lost folder index costs nothing but a comparison`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try a.makeFolder("d")
    for name in ["d/1", "2", "3"] { try a.write(name, long + name) }
    try a.setMode("2", 0o600)
    try await world.comeTogether()
    try await world.devices[1].loseFolderIndex()
    try b.remove("3")
    try b.save("2", long + "edited meanwhile")
    let report = try await world.sync(1)
    #expect(report.outgoing.deleted == 0, "nobody can tell what was deleted")
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    let contents = Set(try a.snapshot().values.map(\.content))
    #expect(contents == ["", long + "d/1", long + "2", long + "3", long + "edited meanwhile"])
  }

  @Test func `a name that scans pass over is not written`() async throws {
    let world = try await FolderWorld()
    let vault = try world.devices[0].open
    let draft = ".freehold-tmp-" + String(repeating: "0", count: 24)
    for name in [".freehold", draft, "plain"] {
      try await vault.write(VaultPath([Array(name.utf8)]), bytes: Array(name.utf8))
    }
    let report = try await world.sync(0)
    #expect(report.problems.count { $0.message.hasPrefix("a name cannot be written") } == 2)
    #expect(try world.devices[0].folder.listing() == ["plain = plain"])
    try await world.comeTogether()
    let names = try await vault.list(.root).map { String(decoding: $0.path[0], as: UTF8.self) }
    #expect(Set(names) == [".freehold", draft, "plain"], "what is not written is not deleted")
  }

  @Test func `holes stay holes and attributes of the user arrive`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    let zeros = String(repeating: "\0", count: 1 << 20)
    try a.write("sparse", long + zeros + long)
    let tag = try #require(
      ExtendedAttribute(name: Array("user.tag".utf8), value: Array("red".utf8)))
    try a.write("tagged", long)
    // Some file systems have none.
    let hasAttributes = (try? a.setExtended("tagged", [tag])) != nil
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    if hasAttributes { #expect(try b.snapshot()["tagged"]?.attributes == [tag]) }
    if hasAttributes { try a.setExtended("tagged", []) }
    try await world.comeTogether()
    #expect(try b.snapshot()["tagged"]?.attributes == [])
  }

  @Test func `what the library changes lies in the folder too`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    let vault = try world.devices[0].open
    try await vault.makeFolder(VaultPath([[0x64]]))
    try await vault.write(VaultPath([[0x64], [0x66]]), bytes: Array("by the library".utf8))
    try await world.comeTogether()
    #expect(try a.listing() == ["d/", "d/f = by the library"])
    #expect(try b.listing() == a.listing())
    try await vault.remove(VaultPath([[0x64], [0x66]]))
    try await world.comeTogether()
    #expect(try b.listing() == ["d/"])
  }

  @Test func `a rehearsal says what would come, and changes nothing`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    for name in ["1", "2"] { try a.write(name, name) }
    try await world.comeTogether()
    try a.write("1", "edited")
    try a.remove("2")
    try a.write("3", "new")
    try await world.sync(0)
    await (try world.devices[1].open).stopFolder(afterSteps: 0)
    await #expect(throws: FolderError.self) { try await world.sync(1) }
    try await world.devices[1].restart()
    let before = try b.snapshot()
    var options = SyncOptions()
    options.isDryRun = true
    let report = try await world.devices[1].open.sync(options)
    #expect(report.incoming.added == 1)
    #expect(report.incoming.changed == 1)
    #expect(report.incoming.deleted == 1)
    #expect(try b.snapshot() == before)
  }

  @Test func `what is in the way of an incoming file is left alone`() async throws {
    let world = try await FolderWorld()
    let (a, b) = (world.devices[0].folder, world.devices[1].folder)
    try b.write(".freeholdignore", "private*\n")
    try await world.comeTogether()
    try b.write("private", "mine alone")
    try a.makeFolder("d")
    try a.write("d/x", "x")
    try a.write("private", "from a")
    try a.remove(".freeholdignore")
    try await world.sync(0)
    let report = try await world.sync(1)
    #expect(report.problems.contains { $0.message.contains("private") })
    #expect(try b.read("private") == "mine alone")
    #expect(try b.read("d/x") == "x")
    // Without the rule it is a file like others: both stay.
    try await world.comeTogether()
    #expect(try a.snapshot() == b.snapshot())
    #expect(Set(try a.snapshot().values.map(\.content)) == ["", "x", "mine alone", "from a"])
  }
}
