import FreeholdTestKit
import StorageNode
import Testing
import VaultEncoding
import VaultEnvironment
import VaultStore

@testable import Freehold

/// The homes of scopes on an owner's devices: how they come, move and go.
@Suite struct SharingPartsTests {
  /// Two devices; bob reads an inner folder.
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("photos/2026/a.txt", "one")
    try world.folder.write("photos/b.txt", "two")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.share("photos/2026", with: "bob", .read)
    try await world.own.comeTogether()
    return world
  }

  @Test func `a scope between keeps what a device has in an inner one and no node has`()
    async throws
  {
    let world = try await makeWorld()
    let device = world.own.devices[1]
    let vault = try device.open
    let inner = try await vault.scoped("photos/2026")
    try await world.share("photos", with: "carol", .read)
    // Meanwhile the other device works without a node, and says in its own feed what it did.
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    try device.folder.write("photos/2026/new.txt", "three")
    try device.folder.remove("photos/2026/a.txt")
    _ = try? await world.own.sync(1)
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    let written = try await inner.ownEntryCount()
    #expect(written > 0)
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("photos/2026/new.txt") == "three")
      #expect(!device.folder.exists("photos/2026/a.txt"))
      #expect(try device.folder.read("photos/b.txt") == "two")
    }
    let around = try await vault.scoped("photos")
    #expect(try await vault.homesOfParts() == [around.scope.hex])
    #expect(try await around.homesOfParts() == [inner.scope.hex])
    let moved = try await vault.scoped("photos/2026")
    #expect(moved.scope == inner.scope)
    #expect(try await moved.ownEntryCount() >= written, "and goes on with its feed")
    #expect(try await world.own.sync(1).problems.allSatisfy { $0.code != .tampered })
  }

  @Test func `a grant that was stopped is done by the same command and leaves no home over`()
    async throws
  {
    let world = try await makeWorld()
    let device = world.own.devices[0]
    var stopped = 0
    for step in stride(from: 1, through: 400, by: 17) {
      let folder = "folder-\(step)"
      try device.folder.write(folder + "/a.txt", "one")
      try await world.own.sync(0)
      device.medium.faults = SimulatedFaults(crashAtStep: step)
      let offer = try? await world.grant(folder, to: "carol", .read)
      device.medium.faults = SimulatedFaults()
      try await device.restart()
      if offer == nil { stopped += 1 }
      _ = try await world.grant(folder, to: "carol", .read)
      try await world.own.sync(0)
      #expect(try device.folder.read(folder + "/a.txt") == "one")
      if offer != nil { break }
    }
    #expect(stopped > 2)
    let vault = try device.open
    let scopes = try await vault.openParts().map(\.part.scope.hex)
    #expect(try await vault.homesOfParts() == scopes.sorted())
    #expect(try await world.owner.grants().count == stopped + 2)
  }
}

extension SharingPartsTests {
  @Test func `what a device renamed, moved and removed before it heard of the sharing stays so`()
    async throws
  {
    for isOffline in [false, true] {
      let world = try await SharingWorld(devices: 2)
      for name in ["a", "b", "old/d", "old/e", "in/f", "same"] {
        try world.folder.write("shared/\(name).txt", name)
      }
      try await world.own.comeTogether()
      try await world.meet("bob")
      _ = try await world.grant("shared", to: "bob", .read)
      try await world.own.sync(0)
      let device = world.own.devices[1]
      try device.folder.move("shared/a.txt", "shared/renamed.txt")
      try device.folder.remove("shared/b.txt")
      try device.folder.remove("shared/old/d.txt")
      try device.folder.remove("shared/old/e.txt")
      try device.folder.remove("shared/old")
      try device.folder.move("shared/in/f.txt", "shared/f.txt")
      try device.folder.write("shared/new.txt", "new")
      let wanted = try device.folder.listing()
      if isOffline {
        // It is in the history of the tree around before the device hears.
        for node in world.own.nodes { world.own.network.setCut(true, node.did) }
        _ = try? await world.own.sync(1)
        for node in world.own.nodes { world.own.network.setCut(false, node.did) }
      }
      try await world.own.comeTogether()
      for other in world.own.devices {
        #expect(try other.folder.listing() == wanted, "offline: \(isOffline)")
      }
      #expect(try await world.owner.conflicts().isEmpty)
    }
  }

  @Test func `a sync that stopped while a folder changed hands brings nothing back`() async throws {
    let world = try await makeWorld()
    let device = world.own.devices[0]
    var stopped = 0
    for step in stride(from: 12, through: 150, by: 17) {
      let folder = "folder-\(step)"
      for name in ["gone.txt", "moved.txt", "edited.txt"] {
        try device.folder.write("\(folder)/\(name)", name)
      }
      try await world.own.sync(0)
      _ = try await world.grant(folder, to: "carol", .read)
      try device.folder.remove(folder + "/gone.txt")
      try device.folder.move(folder + "/moved.txt", folder + "/there.txt")
      try device.folder.write(folder + "/edited.txt", "twice")
      device.medium.faults = SimulatedFaults(crashAtStep: step)
      let report = try? await world.own.sync(0)
      device.medium.faults = SimulatedFaults()
      try await device.restart()
      if report == nil { stopped += 1 }
      try await world.own.sync(0)
      let names = try device.folder.listing().filter { $0.hasPrefix(folder + "/") }
      #expect(
        names == ["\(folder)/", "\(folder)/edited.txt = twice", "\(folder)/there.txt = moved.txt"])
    }
    #expect(stopped > 2)
  }
}

extension Vault {
  fileprivate func homesOfParts() throws -> [String] {
    try environment.disk.list(home.path.appending(Self.partsFolder))
      .map { String(decoding: $0.name, as: UTF8.self) }.sorted()
  }

  fileprivate func ownEntryCount() throws -> UInt64 {
    try database.read { try $0.feeds(in: scope) }.first { $0.device == device }?.count ?? 0
  }
}
