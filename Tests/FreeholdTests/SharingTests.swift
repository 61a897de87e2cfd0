import FreeholdTestKit
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPolicy

@testable import Freehold

@Suite struct SharingTests {
  @Test func `a reader gets the folder and nothing else, and is told that it cannot write`()
    async throws
  {
    let world = try await SharingWorld()
    try world.folder.write("photos/2026/a.txt", "one")
    try world.folder.write("private/diary.txt", "a secret that nobody reads")
    try await world.own.sync(0)
    try await world.meet("bob")
    try await world.share("photos/2026", with: "bob", .read)
    let report = try await world.sync("bob", "photos/2026")
    #expect(report.problems.filter { $0.severity < .note }.isEmpty, "\(report.problems)")
    #expect(try world.read("bob", "photos/2026", "a.txt") == "one")
    let bob = try world.vault("bob", "photos/2026")
    #expect(await bob.text("diary.txt") == nil)
    #expect(try await bob.list(.root, isRecursive: true).count == 1)
    #expect(await bob.opensOther(than: try await world.owner.scoped("photos/2026").scope) == false)
    // What the reader changes stays, is named, and goes nowhere.
    try world.write("bob", "photos/2026", "bob.txt", "mine")
    try world.write("bob", "photos/2026", "a.txt", "changed by bob")
    let told = try await world.sync("bob", "photos/2026")
    #expect(told.problems.contains { $0.code == .refused && $0.message.contains("1 more") })
    try world.folder.write("photos/2026/a.txt", "two")
    try await world.own.sync(0)
    try await world.sync("bob", "photos/2026")
    #expect(try world.read("bob", "photos/2026", "bob.txt") == "mine")
    #expect(try world.read("bob", "photos/2026", "a.txt") == "changed by bob")
    #expect(!world.folder.exists("photos/2026/bob.txt"))
    #expect(try world.folder.read("photos/2026/a.txt") == "two")
  }

  @Test func `what a writer writes comes to everybody, and the other way round`() async throws {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("notes/today.md", "milk")
    try await world.own.comeTogether()
    try await world.meet("carol")
    try await world.share("notes", with: "carol", .write)
    try await world.sync("carol", "notes")
    try world.write("carol", "notes", "from carol.md", "hello")
    try world.write("carol", "notes", "today.md", "milk, bread")
    try await world.sync("carol", "notes")
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("notes/from carol.md") == "hello")
      #expect(try device.folder.read("notes/today.md") == "milk, bread")
    }
    try world.own.devices[1].folder.remove("notes/from carol.md")
    try await world.own.comeTogether()
    try await world.sync("carol", "notes")
    #expect(try world.read("carol", "notes", "from carol.md") == nil)
  }

  @Test func `a sync that moves strays into their scope leaves nothing that waits`() async throws {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("work/plan.txt", "first")
    try await world.own.comeTogether()
    try world.own.devices[1].folder.write("work/new.txt", "new on the desktop")
    try await world.meet("bob")
    _ = try await world.grant("work", to: "bob", .read)
    for number in [0, 1, 0, 1] {
      let report = try await world.own.sync(number)
      #expect(report.redundancy.isMet, "\(report.problems)")
      let vault = try world.own.devices[number].open
      #expect(try await vault.redundancyStatus().isMet)
      #expect(try await vault.scoped("work").redundancyStatus().isMet)
    }
    #expect(try world.folder.read("work/new.txt") == "new on the desktop")
  }

  @Test func `what a program writes into a folder shared a moment ago has its keys`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("photos/a.txt", "one")
    try await world.own.sync(0)
    try await world.meet("bob")
    let offer = try await world.grant("photos", to: "bob", .read)
    var generator = SeededGenerator(seed: 7)
    let bytes = generator.bytes(40_000)
    let owner = try world.owner
    try await owner.write(try VaultPath("photos/packed".utf8), bytes: bytes)
    try await owner.makeFolder(try VaultPath("photos/inner".utf8))
    try await owner.move(
      try VaultPath("photos/a.txt".utf8), to: try VaultPath("photos/inner/a.txt".utf8))
    #expect(await owner.strayCount() == 0)
    let error = await #expect(throws: FreeholdError.self) {
      try await owner.move(try VaultPath("photos/packed".utf8), to: try VaultPath("packed".utf8))
    }
    #expect(error?.code == .usage)
    try await world.own.sync(0)
    try world.accept(offer, at: "photos", by: "bob")
    try await world.sync("bob", "photos")
    #expect(try world.read("bob", "photos", "inner/a.txt") == "one")
    let bob = try world.vault("bob", "photos")
    #expect(try await bob.content(try VaultPath("packed".utf8)) == bytes)
    try await owner.setAttributes(of: try VaultPath("photos/packed".utf8), permissions: 0o600)
    try await owner.remove(try VaultPath("photos/inner".utf8))
    try await world.own.sync(0)
    try await world.sync("bob", "photos")
    #expect(try await bob.list(.root, isRecursive: true).map(\.path) == [[Array("packed".utf8)]])
  }

  @Test func `sharing a folder uploads no content, and its other devices notice nothing`()
    async throws
  {
    let world = try await SharingWorld(devices: 2)
    var generator = SeededGenerator(seed: 9)
    let large = String(decoding: generator.bytes(6 << 20).map { $0 % 90 + 32 }, as: UTF8.self)
    try world.folder.write("films/large.txt", large)
    try world.folder.write("films/inner/small.txt", "small")
    try world.folder.setMode("films/inner/small.txt", 0o640)
    try await world.own.comeTogether()
    let before = try world.own.devices.map { try $0.folder.snapshot() }
    try await world.meet("bob")
    _ = try await world.grant("films", to: "bob", .read)
    var sent = 0
    for _ in 0..<2 {
      for number in 0..<2 {
        let report = try await world.own.sync(number)
        sent += report.sentBytes
        #expect(report.incoming.total == 0, "\(report.incoming)")
        #expect(report.outgoing.total == 0, "\(report.outgoing)")
      }
    }
    #expect(sent < 200_000, "only names and keys travel")
    for (number, device) in world.own.devices.enumerated() {
      #expect(try device.folder.snapshot() == before[number])
    }
  }

  @Test func `what a device did in the folder before it heard of the sharing is not lost`()
    async throws
  {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("work/plan.txt", "first")
    try world.folder.write("work/old.txt", "old")
    try await world.own.comeTogether()
    let desktop = world.own.devices[1].folder
    try desktop.write("work/new.txt", "new on the desktop")
    try desktop.write("work/deep/er.txt", "deeper")
    try desktop.write("work/plan.txt", "edited on the desktop")
    try await world.meet("bob")
    try await world.share("work", with: "bob", .read)
    try await world.own.comeTogether()
    try await world.sync("bob", "work")
    for folder in world.own.devices.map(\.folder) {
      #expect(try folder.read("work/new.txt") == "new on the desktop")
      #expect(try folder.read("work/deep/er.txt") == "deeper")
      #expect(try folder.read("work/old.txt") == "old")
      let plans = try folder.listing().filter { $0.hasPrefix("work/plan") }
      #expect(plans.contains { $0.hasSuffix("edited on the desktop") }, "\(plans)")
      #expect(plans.contains { $0.hasSuffix("first") }, "\(plans)")
    }
    #expect(try world.read("bob", "work", "new.txt") == "new on the desktop")
    #expect(try world.read("bob", "work", "deep/er.txt") == "deeper")
    // Nothing is left below the mount in the tree around.
    for device in world.own.devices {
      #expect(try await device.open.strayCount() == 0)
    }
  }

  @Test func `a shared folder can be renamed, and files move in and out`() async throws {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("a/shared/in.txt", "inside")
    try world.folder.write("outside.txt", "private until it is moved")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("a/shared", with: "bob", .read)
    try await world.sync("bob", "a/shared")
    try world.folder.move("a/shared", "renamed")
    try world.folder.move("outside.txt", "renamed/moved in.txt")
    try world.folder.move("renamed/in.txt", "moved out.txt")
    try await world.own.comeTogether()
    let report = try await world.sync("bob", "a/shared")
    #expect(report.problems.filter { $0.severity < .note }.isEmpty, "\(report.problems)")
    let listed = try await world.owner.list(VaultPath("renamed".utf8))
    #expect(listed.map { String(decoding: $0.path.last ?? [], as: UTF8.self) } == ["moved in.txt"])
    #expect(try world.read("bob", "a/shared", "moved in.txt") == "private until it is moved")
    #expect(try world.read("bob", "a/shared", "in.txt") == nil)
    let desktop = world.own.devices[1].folder
    #expect(try desktop.read("renamed/moved in.txt") == "private until it is moved")
    #expect(try desktop.read("moved out.txt") == "inside")
    #expect(!desktop.exists("a/shared"))
  }

  @Test func `deleting a shared folder asks first, and takes nothing from anybody`() async throws {
    let world = try await SharingWorld(devices: 2)
    for number in 0..<30 { try world.folder.write("shared/\(number).txt", "file \(number)") }
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("shared", with: "bob", .read)
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    try world.folder.remove("shared")
    let report = try await world.own.sync(0)
    #expect(report.problems.contains { $0.message.contains("the folder is not the one") })
    try await world.own.sync(1)
    try await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "7.txt") == "file 7")
    #expect(try world.own.devices[1].folder.read("shared/7.txt") == "file 7")
  }

  @Test func `a folder in a shared folder can be shared too, and who had the outer one keeps both`()
    async throws
  {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("outer/a.txt", "outer")
    try world.folder.write("outer/inner/b.txt", "inner")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.share("outer", with: "bob", .read)
    try await world.sync("bob", "outer")
    try await world.share("outer/inner", with: "carol", .write)
    try await world.sync("carol", "outer/inner")
    #expect(try world.read("carol", "outer/inner", "b.txt") == "inner")
    #expect(try world.read("carol", "outer/inner", "a.txt") == nil)
    try world.write("carol", "outer/inner", "c.txt", "from carol")
    try await world.sync("carol", "outer/inner")
    try await world.own.comeTogether()
    try await world.sync("bob", "outer")
    #expect(try world.read("bob", "outer", "inner/c.txt") == "from carol")
    #expect(try world.read("bob", "outer", "a.txt") == "outer")
    #expect(try world.own.devices[1].folder.read("outer/inner/c.txt") == "from carol")
    // The outer folder is shared after the inner one just as well.
    try await world.meet("dora")
    try await world.share("outer", with: "dora", .read)
    try await world.sync("dora", "outer")
    #expect(try world.read("dora", "outer", "inner/c.txt") == "from carol")
  }

  @Test func `grants are listed by person, and explained`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("one/a.txt", "a")
    try world.folder.write("two/b.txt", "b")
    try await world.own.sync(0)
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.share("one", with: "bob", .read)
    try await world.share("two", with: "bob", .write)
    try await world.share("two", with: "carol", .read)
    let owner = try world.owner
    let rows = try await owner.grants().map {
      "\($0.name) \($0.right) \(String(decoding: $0.path?.bytes ?? [], as: UTF8.self))"
    }
    #expect(rows == ["bob read one", "bob write two", "carol read two"])
    #expect(try await owner.grants(reaching: VaultPath("two".utf8)).count == 2)
    let reason = try await owner.reason(for: "bob", at: VaultPath("two/b.txt".utf8))
    #expect(reason.right == .write)
    #expect(reason.steps.contains("the owner lets laptop do everything"))
    #expect(reason.steps.contains("laptop lets bob write"))
    let none = try await owner.reason(for: "carol", at: VaultPath("one".utf8))
    #expect(none.right == nil && none.steps.isEmpty)
    // Both folders are on one machine, side by side.
    try await world.sync("bob", "one")
    try await world.sync("bob", "two")
    #expect(try world.read("bob", "one", "a.txt") == "a")
    #expect(try world.read("bob", "two", "b.txt") == "b")
  }

  @Test func `paths of the vault lead into shared folders`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("photos/2026/a.txt", "one")
    try world.folder.write("other.txt", "other")
    try await world.own.sync(0)
    try await world.meet("bob")
    try await world.share("photos/2026", with: "bob", .read)
    let owner = try world.owner
    let all = try await owner.list(.root, isRecursive: true).map {
      String(decoding: VaultPath($0.path).bytes, as: UTF8.self)
    }
    #expect(all == ["other.txt", "photos", "photos/2026", "photos/2026/a.txt"])
    #expect(try await owner.content(VaultPath("photos/2026/a.txt".utf8)) == Array("one".utf8))
    let target = try UserFolder()
    let report = try await owner.restore([.root], to: target.path)
    #expect(report.files == 2 && report.problems.isEmpty)
    #expect(try target.read("photos/2026/a.txt") == "one")
    let single = try UserFolder()
    _ = try await owner.restore([VaultPath("photos/2026".utf8)], to: single.path)
    #expect(try single.read("2026/a.txt") == "one")
  }
}

extension Vault {
  /// Whether this device opens any scope but one.
  fileprivate func opensOther(than scope: ScopeID) -> Bool {
    policy.state.scopes.contains { $0.scope != scope && keyring.writingKey($0.scope) != nil }
  }

  /// How many things lie below mounts in this tree.
  fileprivate func strayCount() -> Int {
    mounts().reduce(0) { $0 + tree.children(of: $1.object).count }
  }
}
