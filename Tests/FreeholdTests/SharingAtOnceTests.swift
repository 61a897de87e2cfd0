import FreeholdTestKit
import StorageNode
import Testing
import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultPolicy

@testable import Freehold

/// Folders that two of the owner's devices share without having heard of each other.
@Suite struct SharingAtOnceTests {
  /// Two devices with a folder, and two people.
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    for name in ["a", "b", "in/c", "in/d", "in/deep/e"] {
      try world.folder.write("photos/\(name).txt", name)
    }
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.own.comeTogether()
    return world
  }

  /// Does something on a device while no node can be reached.
  private func offline<Value>(
    _ world: SharingWorld, _ body: () async throws -> Value
  ) async throws -> Value {
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    let value = try await body()
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    return value
  }

  /// Bob gets a folder from the first device, and at once carol one from the second.
  private func shareAtOnce(
    _ world: SharingWorld, _ path: String = "photos", and other: String = "photos",
    _ meanwhile: () async throws -> Void = {}
  ) async throws {
    let second = try await offline(world) {
      let offer = try await world.grant(other, to: "carol", .write, by: 1)
      try await meanwhile()
      return offer
    }
    try await world.share(path, with: "bob", .write)
    try await world.own.comeTogether()
    try world.accept(second, at: other, by: "carol")
    try await world.sync("bob", path)
    try await world.sync("carol", other)
    try await world.own.comeTogether()
    try await world.sync("bob", path)
    try await world.sync("carol", other)
  }

  @Test func `a folder that two devices share at once is one scope, and nothing is there twice`()
    async throws
  {
    let world = try await makeWorld()
    let before = try world.folder.listing()
    try await shareAtOnce(world)
    let scopes = try await [world.owner, world.own.devices[1].open].asyncMap {
      try await $0.scoped("photos").scope
    }
    #expect(Set(scopes).count == 1)
    for device in world.own.devices {
      #expect(try device.folder.listing() == before)
      #expect(try await device.open.conflicts().isEmpty)
    }
    for name in ["bob", "carol"] {
      #expect(try world.read(name, "photos", "in/deep/e.txt") == "in/deep/e")
      #expect(try world.guest(name).device.folder.listing().count == before.count)
    }
    try world.write("bob", "photos", "in/new.txt", "from bob")
    try world.write("carol", "photos", "a.txt", "from carol")
    for _ in 1...2 {
      try await world.sync("bob", "photos")
      try await world.sync("carol", "photos")
      try await world.own.comeTogether()
    }
    #expect(try world.read("carol", "photos", "in/new.txt") == "from bob")
    #expect(try world.read("bob", "photos", "a.txt") == "from carol")
    #expect(try world.folder.read("photos/a.txt") == "from carol")
    #expect(try await world.owner.conflicts().isEmpty)
  }

  @Test func `nothing is written to the disk for files that are there already`() async throws {
    let world = try await makeWorld()
    let offer = try await offline(world) {
      try await world.grant("photos", to: "carol", .read, by: 1)
    }
    try await world.share("photos", with: "bob", .read)
    let folder = world.own.devices[1].folder
    let inode = try folder.inode("photos/in/deep/e.txt")
    let report = try await world.own.sync(1)
    #expect(report.incoming.total == 0)
    #expect(report.problems.contains { $0.message.contains("shared on several devices at once") })
    try await world.own.comeTogether()
    #expect(try folder.inode("photos/in/deep/e.txt") == inode)
    try world.accept(offer, at: "photos", by: "carol")
    try await world.sync("carol", "photos")
    #expect(try world.read("carol", "photos", "in/c.txt") == "in/c")
  }

  @Test func `what was changed meanwhile stays on both sides`() async throws {
    let world = try await makeWorld()
    try await shareAtOnce(world) {
      let folder = world.own.devices[1].folder
      try folder.write("photos/a.txt", "second")
      try folder.write("photos/in/c.txt", "second too")
      try folder.write("photos/in/deep/new.txt", "new")
      try folder.remove("photos/b.txt")
      _ = try? await world.own.sync(1)
      try world.folder.write("photos/a.txt", "first")
      try world.folder.write("photos/in/d.txt", "first too")
    }
    for device in world.own.devices {
      #expect(try device.folder.read("photos/in/c.txt") == "second too")
      #expect(try device.folder.read("photos/in/d.txt") == "first too")
      #expect(try device.folder.read("photos/in/deep/new.txt") == "new")
      #expect(try device.folder.read("photos/in/deep/e.txt") == "in/deep/e")
      let names = try device.folder.listing().filter { $0.hasPrefix("photos/a") }
      #expect(names.count == 2 && names.contains { $0.hasSuffix("= first") })
      #expect(names.contains { $0.hasSuffix("= second") })
    }
    #expect(try await world.owner.conflicts().count == 1)
    #expect(try world.read("bob", "photos", "in/c.txt") == "second too")
    #expect(try world.read("carol", "photos", "in/d.txt") == "first too")
  }

  @Test func `a folder and one inside it that are shared at once are both scopes`() async throws {
    let world = try await makeWorld()
    let before = try world.folder.listing()
    try await shareAtOnce(world, and: "photos/in")
    for device in world.own.devices {
      #expect(try device.folder.listing() == before)
      let vault = try device.open
      let (outer, inner) = (try await vault.scoped("photos"), try await vault.scoped("photos/in"))
      #expect(outer.scope != inner.scope && inner.scope != vault.scope)
      #expect(try await vault.conflicts().isEmpty)
    }
    #expect(try world.read("bob", "photos", "in/deep/e.txt") == "in/deep/e")
    #expect(try world.read("carol", "photos/in", "deep/e.txt") == "in/deep/e")
    #expect(try world.read("carol", "photos/in", "../a.txt") == nil)
    try world.write("carol", "photos/in", "c.txt", "from carol")
    for _ in 1...2 {
      try await world.sync("carol", "photos/in")
      try await world.own.comeTogether()
      try await world.sync("bob", "photos")
    }
    #expect(try world.read("bob", "photos", "in/c.txt") == "from carol")
    #expect(try world.folder.read("photos/in/c.txt") == "from carol")
  }

  @Test func `a folder that is deleted while another device shares it stays shared`() async throws {
    let world = try await makeWorld()
    let offer = try await offline(world) {
      try await world.grant("photos/in", to: "carol", .write, by: 1)
    }
    for name in ["photos/in/deep/e.txt", "photos/in/deep", "photos/in/c.txt", "photos/in/d.txt"]
      + ["photos/in", "photos/a.txt", "photos/b.txt", "photos"]
    {
      try world.folder.remove(name)
    }
    try await world.own.sync(0)
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("photos/in/deep/e.txt") == "in/deep/e")
      #expect(!device.folder.exists("photos/a.txt"))
    }
    try world.accept(offer, at: "photos/in", by: "carol")
    try world.write("carol", "photos/in", "new.txt", "from carol")
    try await world.sync("carol", "photos/in")
    try await world.own.comeTogether()
    #expect(try world.folder.read("photos/in/new.txt") == "from carol")
  }

  @Test func `who is let into a folder gets a scope inside that was made at once, and not again`()
    async throws
  {
    let world = try await makeWorld()
    try await world.share("photos", with: "bob", .read)
    try await world.own.comeTogether()
    let inner = try await offline(world) {
      try await world.grant("photos/in", to: "bob", .write, by: 1)
    }
    try await world.share("photos", with: "carol", .read)
    try await world.own.comeTogether()
    try world.accept(inner, at: "photos/in", by: "bob")
    try await world.own.comeTogether()
    try await world.sync("carol", "photos")
    #expect(try world.read("carol", "photos", "in/deep/e.txt") == "in/deep/e")
    let grants = try await world.owner.policyLog.evaluate().liveGrants.count
    try await world.revoke("carol", "photos/in")
    try await world.own.comeTogether()
    #expect(try await world.owner.policyLog.evaluate().liveGrants.count < grants)
    try world.folder.write("photos/in/later.txt", "later")
    try await world.own.comeTogether()
    try await world.sync("carol", "photos")
    #expect(try world.read("carol", "photos", "in/later.txt") == nil)
  }

  @Test func `three devices that share a folder at once make one scope`() async throws {
    let world = try await SharingWorld(devices: 3)
    for number in 0..<20 { try world.folder.write("docs/\(number % 4)/\(number).txt", "\(number)") }
    try await world.own.comeTogether()
    for name in ["bob", "carol", "dave"] { try await world.meet(name) }
    try await world.own.comeTogether()
    let before = try world.folder.listing()
    var offers: [ShareOffer] = []
    for (number, name) in ["bob", "carol", "dave"].enumerated() {
      offers.append(
        try await offline(world) { try await world.grant("docs", to: name, .write, by: number) })
    }
    try await world.own.comeTogether()
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.listing() == before)
      #expect(try await device.open.conflicts().isEmpty)
    }
    for (offer, name) in zip(offers, ["bob", "carol", "dave"]) {
      try world.accept(offer, at: "docs", by: name)
      try await world.sync(name, "docs")
      #expect(try world.read(name, "docs", "3/19.txt") == "19")
    }
  }
}

extension SharingAtOnceTests {
  @Test func `a folder whose sharing is heard before its content is left alone until that comes`()
    async throws
  {
    let world = try await makeWorld()
    let before = try world.folder.listing()
    _ = try await offline(world) { try await world.grant("photos", to: "carol", .read, by: 1) }
    try await world.own.devices[1].open.exchangeOutermost()
    try await world.own.sync(0)
    try world.folder.write("photos/a.txt", "edited")
    try world.folder.remove("photos/b.txt")
    let report = try await world.own.sync(0)
    #expect(report.problems.contains { $0.code == .partial && $0.severity == .warning })
    #expect(try world.folder.listing().count == before.count - 1)
    try await world.own.comeTogether()
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.listing().count == before.count - 1)
      #expect(try device.folder.read("photos/a.txt") == "edited")
      #expect(try await device.open.conflicts().isEmpty)
    }
  }

  @Test(arguments: [true, false])
  func `what a lost device shared and had not brought comes from another one`(
    isRevoked: Bool
  ) async throws {
    let world = try await makeWorld()
    let before = try world.folder.listing()
    _ = try await offline(world) { try await world.grant("photos", to: "carol", .read, by: 1) }
    try await world.own.devices[1].open.exchangeOutermost()
    try await world.own.sync(0)
    try world.folder.write("photos/in/c.txt", "edited")
    let owner = try world.owner
    if isRevoked {
      _ = try await owner.revoke(try await owner.planRevocation(of: "desktop"))
    } else {
      let report = try await world.own.sync(0)
      #expect(report.problems.contains { $0.code == .partial && $0.severity == .warning })
      world.own.pass(.seconds(3_600))
    }
    for _ in 1...3 { try await world.own.sync(0) }
    #expect(try world.folder.listing().count == before.count)
    #expect(try await owner.conflicts().isEmpty)
    try await world.own.join(2, seed: 1)
    try await world.own.sync(2)
    try await world.own.sync(2)
    let tablet = world.own.devices[2].folder
    #expect(try tablet.read("photos/in/c.txt") == "edited")
    #expect(try tablet.read("photos/in/deep/e.txt") == "in/deep/e")
    #expect(try tablet.listing() == world.folder.listing())
  }

  @Test func `an empty folder that was shared before there was a node is no half one`()
    async throws
  {
    let world = try await SharingWorld(nodes: 0)
    try world.folder.makeFolder("empty")
    try await world.own.sync(0)
    try await world.meet("bob")
    _ = try await world.grant("empty", to: "bob", .write)
    let node = try world.own.network.addNode(seed: 77, clock: SimulatedClock())
    _ = try await world.owner.addNode(
      try node.invite(quotaBytes: 1 << 32), name: nil, region: nil, operatorName: nil)
    try await world.own.sync(0)
    try await world.own.join(1, seed: 1)
    for _ in 1...2 {
      let report = try await world.own.sync(1)
      #expect(!report.problems.contains(.nothingHasCome))
    }
    try world.own.devices[1].folder.write("empty/a.txt", "a")
    try await world.own.comeTogether()
    #expect(try world.folder.read("empty/a.txt") == "a")
  }

  @Test func `a folder that has come by half is left alone until the rest has come`() async throws {
    let world = try await makeWorld()
    try await world.share("photos", with: "bob", .write, by: 1)
    try await world.own.comeTogether()
    let part = try await world.own.devices[1].open.scoped("photos")
    try await part.setBirth(BirthSetting.begun)
    try await world.own.sync(1)
    try world.folder.write("photos/a.txt", "edited")
    try await world.own.sync(0)
    try await world.own.sync(1)
    #expect(try world.own.devices[1].folder.read("photos/a.txt") == "a")
    try await part.setBirth(BirthSetting.done)
    try await world.own.comeTogether()
    #expect(try world.own.devices[1].folder.read("photos/a.txt") == "edited")
  }
}

extension Vault {
  /// Brings the nodes what the outermost part has, and nothing of the scopes inside it.
  fileprivate func exchangeOutermost() async throws {
    _ = try await exchangeWithNodes(meter: TrafficMeter(), progress: SyncProgress())
  }

  /// Says how far this device is with giving a scope its content.
  fileprivate func setBirth(_ value: [UInt8]) throws {
    try commit { try $0.setSetting(BirthSetting.key(device.key), to: value) }
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(
    _ transform: (Element) async throws -> Value
  ) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
