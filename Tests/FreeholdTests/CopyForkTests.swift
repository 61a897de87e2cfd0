import Foundation
import FreeholdTestKit
import StorageNode
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultStore
import VaultSync

@testable import Freehold

/// Homes that nothing but a node tells from another one that is the same device.
@Suite struct CopyForkTests {
  private let homes = CopyWorld()
  private var world: TestWorld { homes.world }

  @Test func `a copy that nothing tells from the original is told by a node`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await first.close()
    try homes.copy("a", to: "b")
    try homes.pretendOriginal("b", first.did)
    let copied = try homes.open("b", first.did)
    #expect(copied.notice == nil && copied.device == first.device)
    try await copied.write("a", "changed by the copy")
    try await copied.write("b", "from the copy")
    _ = try await copied.sync()
    let original = try homes.open("a", first.did)
    try await original.makeFolder(VaultPath([Array("folder".utf8)]))
    try await original.write(
      VaultPath([Array("folder".utf8), Array("inner".utf8)]), bytes: [1, 2, 3])
    try await original.write("a", "changed by the original")
    try await original.write("c", "from the original")
    await #expect(throws: HomeRenewed.self) { _ = try await original.sync() }
    try await original.close()
    let renewed = try homes.open("a", first.did)
    #expect(renewed.device != first.device)
    #expect(renewed.deviceName == "laptop-2")
    for _ in 0..<2 { try await world.sync(renewed, copied) }
    for vault in [renewed, copied] {
      #expect(await vault.text("b") == "from the copy")
      #expect(await vault.text("c") == "from the original")
      let inner = VaultPath([Array("folder".utf8), Array("inner".utf8)])
      #expect(try await vault.content(inner) == [1, 2, 3])
      #expect(await vault.contentCount("a") == 2, "both changes of one file are kept")
    }
    #expect(await renewed.treeDigest() == copied.treeDigest())
    try await homes.expectNoFork(node, renewed, copied)
    #expect(try await copied.devices().map(\.name) == ["laptop", "laptop-2"])
  }

  @Test func `an old state that nothing tells from the newest is told by a node`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await homes.leaveBehind("old", of: first, writing: ["d"])
    // The machine goes back to the snapshot; then it is asked before it writes, or after.
    let old = try homes.open("old", first.did)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try homes.open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    #expect(renewed.device != first.device)
    #expect(await renewed.text("d") == "after the snapshot")
    try await homes.expectNoFork(node, renewed)
  }

  @Test func `an old state that signed more than the newest is told by its entries`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await homes.leaveBehind("old", of: first, writing: ["d", "f", "g"])
    // Each attempt signs a head, so the node's is not ahead of them.
    world.network.setReachable(false, node.url)
    let old = try homes.open("old", first.did)
    for name in ["x", "y", "z"] {
      try await old.write(name, "by the old state")
      let report = try? await old.sync()
      #expect((report?.nodesReached ?? 0) == 0)
    }
    world.network.setReachable(true, node.url)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try homes.open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    #expect(renewed.device != first.device)
    for name in ["d", "f", "g"] { #expect(await renewed.text(name) == "after the snapshot") }
    for name in ["x", "y", "z"] { #expect(await renewed.text(name) == "by the old state") }
    try await homes.expectNoFork(node, renewed)
  }

  @Test func `a home that stops while it writes again writes nothing twice`() async throws {
    let node = try world.makeNode()
    let medium = SimulatedDisk(seed: 41)
    let (clock, network) = (world.clock, world.network)
    let randomness = SeededRandomness(seed: 42)
    func home() -> Home {
      Home(
        DiskPath("/home"),
        environment: Environment(
          clock: clock, randomness: randomness, disk: medium.start(), network: network))
    }
    let (first, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: []), in: home(), unlock: .unsealed)
    _ = try await first.addNode(
      try node.service.invite(quotaBytes: 1 << 28), name: "node1", region: nil, operatorName: nil)
    _ = try await first.sync()
    let old = try medium.copy()
    try await first.write("d", "after the snapshot")
    _ = try await first.sync()
    medium.putBack(old)
    // What only the old state has is made in many batches, each about what the last one made.
    world.network.setReachable(false, node.url)
    let copied = try Vault.open(first.did, in: home(), unlock: .unsealed)
    var path: [[UInt8]] = []
    for number in 0..<4 {
      path.append(Array("folder-\(number)".utf8))
      try await copied.makeFolder(VaultPath(path))
      try await copied.write(VaultPath(path + [Array("inner".utf8)]), bytes: [UInt8(number)])
    }
    let wanted = try await copied.list(.root, isRecursive: true).map(\.path)
    world.network.setReachable(true, node.url)
    await #expect(throws: HomeRenewed.self) { _ = try await copied.sync() }
    world.network.setReachable(false, node.url)
    var interrupted = 0
    for step in 1...100 {
      let before = try medium.copy()
      let stopped = try Vault.open(first.did, in: home(), unlock: .unsealed)
      medium.faults = SimulatedFaults(failures: [
        SimulatedFaults.Failure(of: [.crashPoint], at: step, with: .io, isLasting: true)
      ])
      let error = await #expect(throws: (any Error).self) { _ = try await stopped.sync() }
      medium.faults = SimulatedFaults()
      let again = try Vault.open(first.did, in: home(), unlock: .unsealed)
      _ = try? await again.sync()
      #expect(try await again.list(.root, isRecursive: true).map(\.path) == wanted)
      if (error as? FreeholdError)?.code == .offline { break }
      interrupted += 1
      medium.putBack(before)
    }
    #expect(interrupted > 2)
  }

  @Test func `what others built on the newest state comes back to an old one`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    let desktop = try await world.join(first, name: "desktop")
    _ = try await first.sync()
    try await homes.leaveBehind("old", of: first, writing: ["d"])
    _ = try await desktop.sync()
    try await desktop.write("e", "on what came after the snapshot")
    _ = try await desktop.sync()
    // In the old state another entry has the number that the desktop's builds on.
    let old = try homes.open("old", first.did)
    try await old.write("x", "by the old state")
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try homes.open("old", first.did)
    try await world.sync(renewed, desktop)
    #expect(await renewed.text("e") == "on what came after the snapshot")
    #expect(await desktop.text("x") == "by the old state")
    #expect(await desktop.treeDigest() == renewed.treeDigest())
    try await homes.expectNoFork(node, renewed, desktop)
  }

  @Test func `a node that withholds the other home's entries does not settle the fork`()
    async throws
  {
    let liar = try world.makeNode()
    let honest = try world.makeNode()
    let first = try await homes.makeVault(liar)
    _ = try await first.addNode(
      try honest.service.invite(quotaBytes: 1 << 28), name: "node2", region: nil,
      operatorName: nil)
    _ = try await first.sync()
    try await homes.leaveBehind("old", of: first, writing: ["d"])
    world.network.setReachable(false, honest.url)
    world.network.meddle(homes.withholdingEntries(), at: liar.url)
    let old = try homes.open("old", first.did)
    try await old.write("x", "by the old state")
    let error = await #expect(throws: FreeholdError.self) { _ = try await old.sync() }
    #expect(error?.code == .tampered)
    #expect(error?.message.contains("node1") == true)
    #expect(old.device == first.device)
    world.network.setReachable(true, honest.url)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try homes.open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    let names = try await renewed.list(.root).compactMap(\.path.last)
      .map { String(decoding: $0, as: UTF8.self) }
    #expect(names.sorted() == ["a", "d", "x"], "nothing is written twice")
  }
}

extension Vault {
  fileprivate func contentCount(_ name: String) -> Int {
    tree.object(at: [Array(name.utf8)]).map { tree.contents(of: $0).count } ?? 0
  }
}
