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
  private let world = TestWorld()
  private let place = Place()

  /// A folder of this test's own.
  private final class Place: Sendable {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fh-copy-\(UInt32.random(in: .min ... .max))").path

    init() {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }
  }

  private func home(_ name: String) -> Home {
    Home(
      DiskPath(place.path(name)),
      environment: Environment(
        clock: world.clock, randomness: LiveRandomness(), disk: DurableDisk.live(),
        network: world.network))
  }

  private func makeVault(_ node: TestWorld.Node) async throws -> Vault {
    let (vault, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: []), in: home("a"),
      unlock: .unsealed)
    _ = try await vault.addNode(
      try node.service.invite(quotaBytes: 1 << 28), name: "node1", region: nil,
      operatorName: nil)
    try await vault.write("a", "from the beginning")
    _ = try await vault.sync()
    return vault
  }

  private func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: place.path(name), toPath: place.path(other))
  }

  private func open(_ name: String, _ vault: DID) throws -> Vault {
    try Vault.open(vault, in: home(name), unlock: .unsealed)
  }

  private func expectNoFork(_ node: TestWorld.Node, _ vaults: Vault...) async throws {
    for vault in vaults {
      let report = try await vault.sync()
      #expect(report.problems.allSatisfy { $0.code != .tampered }, "\(report.problems)")
    }
  }

  @Test func `a copied home is a new device before it writes anything`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "b")
    let original = try open("a", first.did)
    #expect(original.notice == nil)
    #expect(original.device == first.device)
    let copied = try open("b", first.did)
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
    try await expectNoFork(node, original, copied)
    // It says so once, and stays who it is.
    try await copied.close()
    let again = try open("b", first.did)
    #expect(again.notice == nil)
    #expect(again.device == copied.device)
  }

  @Test func `a home that was moved stays who it is`() async throws {
    let first = try await makeVault(try world.makeNode())
    try await first.close()
    try FileManager.default.moveItem(
      atPath: place.path("a"), toPath: place.path("elsewhere"))
    let moved = try open("elsewhere", first.did)
    #expect(moved.notice == nil)
    #expect(moved.device == first.device)
  }

  @Test func `a home out of a backup becomes a new device and loses nothing`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "backup")
    let later = try open("a", first.did)
    try await later.write("a", "later")
    try await later.write("d", "after the backup")
    _ = try await later.sync()
    try await later.close()
    try FileManager.default.removeItem(atPath: place.path("a"))
    try copy("backup", to: "a")
    let restored = try open("a", first.did)
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
    try await expectNoFork(node, restored, desktop)
  }

  @Test func `a copy that nothing tells from the original is told by a node`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "b")
    try pretendOriginal("b", first.did)
    let copied = try open("b", first.did)
    #expect(copied.notice == nil && copied.device == first.device)
    try await copied.write("a", "changed by the copy")
    try await copied.write("b", "from the copy")
    _ = try await copied.sync()
    let original = try open("a", first.did)
    try await original.makeFolder(VaultPath([Array("folder".utf8)]))
    try await original.write(
      VaultPath([Array("folder".utf8), Array("inner".utf8)]), bytes: [1, 2, 3])
    try await original.write("a", "changed by the original")
    try await original.write("c", "from the original")
    await #expect(throws: HomeRenewed.self) { _ = try await original.sync() }
    try await original.close()
    let renewed = try open("a", first.did)
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
    try await expectNoFork(node, renewed, copied)
    #expect(try await copied.devices().map(\.name) == ["laptop", "laptop-2"])
  }

  @Test func `an old state that nothing tells from the newest is told by a node`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "old")
    try pretendOriginal("old", first.did)
    let later = try open("a", first.did)
    try await later.write("d", "after the snapshot")
    _ = try await later.sync()
    try await later.close()
    // The machine goes back to the snapshot; then it is asked before it writes, or after.
    let old = try open("old", first.did)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    #expect(renewed.device != first.device)
    #expect(await renewed.text("d") == "after the snapshot")
    try await expectNoFork(node, renewed)
  }

  @Test func `an old state that signed more than the newest is told by its entries`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "old")
    try pretendOriginal("old", first.did)
    let later = try open("a", first.did)
    for name in ["d", "f", "g"] { try await later.write(name, "after the snapshot") }
    _ = try await later.sync()
    try await later.close()
    // Each attempt signs a head, so the node's is not ahead of them.
    world.network.setReachable(false, node.url)
    let old = try open("old", first.did)
    for name in ["x", "y", "z"] {
      try await old.write(name, "by the old state")
      let report = try? await old.sync()
      #expect((report?.nodesReached ?? 0) == 0)
    }
    world.network.setReachable(true, node.url)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    #expect(renewed.device != first.device)
    for name in ["d", "f", "g"] { #expect(await renewed.text(name) == "after the snapshot") }
    for name in ["x", "y", "z"] { #expect(await renewed.text(name) == "by the old state") }
    try await expectNoFork(node, renewed)
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
    let first = try await makeVault(node)
    let desktop = try await world.join(first, name: "desktop")
    _ = try await first.sync()
    try await first.close()
    try copy("a", to: "old")
    try pretendOriginal("old", first.did)
    let later = try open("a", first.did)
    try await later.write("d", "after the snapshot")
    _ = try await later.sync()
    try await later.close()
    _ = try await desktop.sync()
    try await desktop.write("e", "on what came after the snapshot")
    _ = try await desktop.sync()
    // In the old state another entry has the number that the desktop's builds on.
    let old = try open("old", first.did)
    try await old.write("x", "by the old state")
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try open("old", first.did)
    try await world.sync(renewed, desktop)
    #expect(await renewed.text("e") == "on what came after the snapshot")
    #expect(await desktop.text("x") == "by the old state")
    #expect(await desktop.treeDigest() == renewed.treeDigest())
    try await expectNoFork(node, renewed, desktop)
  }

  @Test func `a node that withholds the other home's entries does not settle the fork`()
    async throws
  {
    let liar = try world.makeNode()
    let honest = try world.makeNode()
    let first = try await makeVault(liar)
    _ = try await first.addNode(
      try honest.service.invite(quotaBytes: 1 << 28), name: "node2", region: nil,
      operatorName: nil)
    _ = try await first.sync()
    try await first.close()
    try copy("a", to: "old")
    try pretendOriginal("old", first.did)
    let later = try open("a", first.did)
    try await later.write("d", "after the snapshot")
    _ = try await later.sync()
    try await later.close()
    world.network.setReachable(false, honest.url)
    world.network.meddle(withholdingEntries(), at: liar.url)
    let old = try open("old", first.did)
    try await old.write("x", "by the old state")
    let error = await #expect(throws: FreeholdError.self) { _ = try await old.sync() }
    #expect(error?.code == .tampered)
    #expect(error?.message.contains("node1") == true)
    #expect(old.device == first.device)
    world.network.setReachable(true, honest.url)
    await #expect(throws: HomeRenewed.self) { _ = try await old.sync() }
    try await old.close()
    let renewed = try open("old", first.did)
    for _ in 0..<2 { _ = try await renewed.sync() }
    let names = try await renewed.list(.root).compactMap(\.path.last)
      .map { String(decoding: $0, as: UTF8.self) }
    #expect(names.sorted() == ["a", "d", "x"], "nothing is written twice")
  }

  @Test func `a copy of a revoked device is told what to do`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    let junior = try await makeJunior(of: "a", first.did, name: "junior")
    try await junior.close()
    try copy("j", to: "k")
    let owner = try open("a", first.did)
    _ = try await owner.sync()
    _ = try await owner.revoke(try await owner.planRevocation(of: "junior"))
    let copied = try open("k", first.did)
    let error = await #expect(throws: FreeholdError.self) { _ = try await copied.sync() }
    #expect(error?.code == .refused)
    #expect(error?.hint?.contains("freehold join") == true)
  }

  @Test func `a copy without a node near waits and keeps its work`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    try await first.close()
    try copy("a", to: "b")
    world.network.setReachable(false, node.url)
    let copied = try open("b", first.did)
    try await copied.write("b", "from the copy")
    let error = await #expect(throws: FreeholdError.self) { _ = try await copied.sync() }
    #expect(error?.code == .offline)
    let early = await #expect(throws: FreeholdError.self) {
      _ = try await copied.planRevocation(of: "laptop")
    }
    #expect(early?.code == .offline && early?.hint?.contains("freehold sync") == true)
    try await copied.close()
    world.network.setReachable(true, node.url)
    let again = try open("b", first.did)
    #expect(again.device == copied.device)
    #expect(await again.text("b") == "from the copy")
    for _ in 0..<2 { _ = try await again.sync() }
    let original = try open("a", first.did)
    _ = try await original.sync()
    #expect(await original.text("b") == "from the copy")
  }

  @Test func `who puts a copy out is told whose keys it has`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
    let desktop = try await world.join(first, name: "desktop")
    try await first.close()
    try copy("a", to: "b")
    let copied = try open("b", first.did)
    let original = try open("a", first.did)
    try await world.sync(copied, original, desktop)
    for (vault, isOriginal) in [(original, true), (desktop, false)] {
      let plan = try await vault.planRevocation(of: "laptop-2")
      #expect(plan.former.map(\.name) == ["laptop"])
      #expect(plan.former.map(\.isThis) == [isOriginal])
    }
    // Not of a device that was never another one, and not once the key opens nothing any more.
    #expect(try await original.planRevocation(of: "desktop").former.isEmpty)
    try await copied.close()
    try copy("b", to: "c")
    let third = try open("c", first.did)
    try await world.sync(third, original)
    let plan = try await original.planRevocation(of: "laptop-3")
    #expect(plan.former.map(\.name) == ["laptop", "laptop-2"])
    _ = try await original.revoke(try await original.planRevocation(of: "laptop-2"))
    #expect(try await original.devices().filter(\.isActive).map(\.name) == ["laptop", "desktop"])
  }

  @Test func `a copy of a copy is a third device`() async throws {
    let first = try await makeVault(try world.makeNode())
    try await first.close()
    try copy("a", to: "b")
    let second = try open("b", first.did)
    try await second.close()
    // The second was never let in before it was copied itself.
    try copy("b", to: "c")
    let third = try open("c", first.did)
    #expect(third.deviceName == "laptop-3")
    try await third.write("c", "from the third")
    for _ in 0..<2 { _ = try await third.sync() }
    let original = try open("a", first.did)
    _ = try await original.sync()
    #expect(await original.text("c") == "from the third")
  }

  @Test func `a device that was away for a year comes back`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault(node)
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

  /// Lets a device in whose home is the folder `j`.
  private func makeJunior(of name: String, _ did: DID, name label: String) async throws -> Vault {
    let owner = try open(name, did)
    let invitation = try await owner.openLink()
    let juniorHome = home("j")
    let (joined, linked) = await world.together {
      try await Vault.join(
        code: invitation.code, deviceName: label, folder: [], in: juniorHome, unlock: .unsealed)
    } _: {
      try await owner.completeLink(invitation)
    }
    _ = try linked.get()
    try await owner.close()
    return try joined.get()
  }

  /// Somebody who names entries of feeds and hands none out.
  private func withholdingEntries() -> DirectNetwork.Meddler {
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path == Endpoint.sync,
        var response = try? SyncResponse(decoding: answer.body), var news = response.news
      else { return }
      news.runs = []
      response.content = .news(news)
      answer.body = response.bytes
    }
    return meddler
  }

  /// Makes a copied home look like the first, as a copied disk does.
  private func pretendOriginal(_ name: String, _ vault: DID) throws {
    let disk = DurableDisk.live()
    let store = try VaultHome.open(home(name).vaultPath(vault), on: disk)
    let mark = try HomeMark.make(store, on: disk)
    try store.database.write { try HomeMark.keep(mark, $0) }
    store.close()
  }
}

extension Vault {
  fileprivate func contentCount(_ name: String) -> Int {
    tree.object(at: [Array(name.utf8)]).map { tree.contents(of: $0).count } ?? 0
  }
}
