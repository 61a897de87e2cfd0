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

/// Homes that were copied, moved, or came out of a backup; on a real file system.
@Suite struct CopyTests {
  private let homes = CopyWorld()
  private var world: TestWorld { homes.world }

  @Test func `a copied home is a new device before it writes anything`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await first.close()
    try homes.copy("a", to: "b")
    let original = try homes.open("a", first.did)
    #expect(original.notice == nil)
    #expect(original.device == first.device)
    let copied = try homes.open("b", first.did)
    #expect(copied.notice?.contains("laptop-2") == true)
    #expect(copied.device != first.device)
    #expect(copied.deviceName == "laptop-2")
    try await copied.write("b", "from the copy")
    try await original.write("c", "from the original")
    for _ in 0..<2 { try await world.sync(copied, original) }
    for vault in [copied, original] {
      #expect(await vault.text("a") == "from the beginning")
      #expect(await vault.text("b") == "from the copy")
      #expect(await vault.text("c") == "from the original")
    }
    #expect(await copied.treeDigest() == original.treeDigest())
    #expect(try await original.devices().map(\.name) == ["laptop", "laptop-2"])
    try await homes.expectNoFork(node, original, copied)
    // It says so once, and stays who it is.
    try await copied.close()
    let again = try homes.open("b", first.did)
    #expect(again.notice == nil)
    #expect(again.device == copied.device)
  }

  @Test func `a home that was moved stays who it is`() async throws {
    let first = try await homes.makeVault(try world.makeNode())
    try await first.close()
    try FileManager.default.moveItem(
      atPath: homes.path("a"), toPath: homes.path("elsewhere"))
    let moved = try homes.open("elsewhere", first.did)
    #expect(moved.notice == nil)
    #expect(moved.device == first.device)
  }

  @Test func `a home out of a backup becomes a new device and loses nothing`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await first.close()
    try homes.copy("a", to: "backup")
    let later = try homes.open("a", first.did)
    try await later.write("a", "later")
    try await later.write("d", "after the backup")
    _ = try await later.sync()
    try await later.close()
    try FileManager.default.removeItem(atPath: homes.path("a"))
    try homes.copy("backup", to: "a")
    let restored = try homes.open("a", first.did)
    #expect(restored.notice != nil)
    try await restored.write("e", "in the restored home")
    for _ in 0..<2 { _ = try await restored.sync() }
    #expect(await restored.text("a") == "later")
    #expect(await restored.text("d") == "after the backup")
    #expect(await restored.text("e") == "in the restored home")
    let desktop = try await world.join(restored, name: "desktop")
    _ = try await desktop.sync()
    _ = try await restored.sync()
    #expect(await desktop.treeDigest() == restored.treeDigest())
    try await homes.expectNoFork(node, restored, desktop)
  }

  @Test func `a copy of a revoked device is told what to do`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await first.close()
    let junior = try await homes.makeJunior(of: "a", first.did, name: "junior")
    try await junior.close()
    try homes.copy("j", to: "k")
    let owner = try homes.open("a", first.did)
    _ = try await owner.sync()
    _ = try await owner.revoke(try await owner.planRevocation(of: "junior"))
    let copied = try homes.open("k", first.did)
    let error = await #expect(throws: FreeholdError.self) { _ = try await copied.sync() }
    #expect(error?.code == .refused)
    #expect(error?.hint?.contains("freehold join") == true)
  }

  @Test func `a copy without a node near waits and keeps its work`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    try await first.close()
    try homes.copy("a", to: "b")
    world.network.setReachable(false, node.url)
    let copied = try homes.open("b", first.did)
    try await copied.write("b", "from the copy")
    let error = await #expect(throws: FreeholdError.self) { _ = try await copied.sync() }
    #expect(error?.code == .offline)
    let early = await #expect(throws: FreeholdError.self) {
      _ = try await copied.planRevocation(of: "laptop")
    }
    #expect(early?.code == .offline && early?.hint?.contains("freehold sync") == true)
    try await copied.close()
    world.network.setReachable(true, node.url)
    let again = try homes.open("b", first.did)
    #expect(again.device == copied.device)
    #expect(await again.text("b") == "from the copy")
    for _ in 0..<2 { _ = try await again.sync() }
    let original = try homes.open("a", first.did)
    _ = try await original.sync()
    #expect(await original.text("b") == "from the copy")
  }

  @Test func `who puts a copy out is told whose keys it has`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    let desktop = try await world.join(first, name: "desktop")
    try await first.close()
    try homes.copy("a", to: "b")
    let copied = try homes.open("b", first.did)
    let original = try homes.open("a", first.did)
    try await world.sync(copied, original, desktop)
    for (vault, isOriginal) in [(original, true), (desktop, false)] {
      let plan = try await vault.planRevocation(of: "laptop-2")
      #expect(plan.former.map(\.name) == ["laptop"])
      #expect(plan.former.map(\.isThis) == [isOriginal])
    }
    // Not of a device that was never another one, and not once the key opens nothing any more.
    #expect(try await original.planRevocation(of: "desktop").former.isEmpty)
    try await copied.close()
    try homes.copy("b", to: "c")
    let third = try homes.open("c", first.did)
    try await world.sync(third, original)
    let plan = try await original.planRevocation(of: "laptop-3")
    #expect(plan.former.map(\.name) == ["laptop", "laptop-2"])
    _ = try await original.revoke(try await original.planRevocation(of: "laptop-2"))
    #expect(try await original.devices().filter(\.isActive).map(\.name) == ["laptop", "desktop"])
  }

  @Test func `a copy of a copy is a third device`() async throws {
    let first = try await homes.makeVault(try world.makeNode())
    try await first.close()
    try homes.copy("a", to: "b")
    let second = try homes.open("b", first.did)
    try await second.close()
    // The second was never let in before it was copied itself.
    try homes.copy("b", to: "c")
    let third = try homes.open("c", first.did)
    #expect(third.deviceName == "laptop-3")
    try await third.write("c", "from the third")
    for _ in 0..<2 { _ = try await third.sync() }
    let original = try homes.open("a", first.did)
    _ = try await original.sync()
    #expect(await original.text("c") == "from the third")
  }

  @Test func `a device that was away for a year comes back`() async throws {
    let node = try world.makeNode()
    let first = try await homes.makeVault(node)
    let desktop = try await world.join(first, name: "desktop")
    try await desktop.write("b", "before the year")
    world.clock.advance(by: .seconds(366 * 86_400))
    try await first.write("a", "a year later")
    _ = try await first.sync()
    let report = try await desktop.sync()
    #expect(report.nodesReached == 1)
    #expect(await desktop.text("a") == "a year later")
    _ = try await first.sync()
    #expect(await first.text("b") == "before the year")
    #expect(await desktop.treeDigest() == first.treeDigest())
  }

  @Test func `names count on`() {
    for (name, next) in [
      ("laptop", "laptop-2"), ("laptop-2", "laptop-3"), ("laptop-9", "laptop-10"),
      ("x-1", "x-1-2"), ("a-b", "a-b-2"), ("-", "--2"), ("n-5000", "n-5000-2"),
    ] { #expect(Vault.nextName(name) == next) }
  }
}
