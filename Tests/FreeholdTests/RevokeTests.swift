import FreeholdTestKit
import StorageNode
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import Freehold

@Suite struct RevokeTests {
  private let world = TestWorld()

  /// A vault with three devices, all in step.
  private func makeThree(
    nodes: [TestWorld.Node]
  ) async throws -> (laptop: Vault, phone: Vault, tablet: Vault) {
    let (laptop, _) = try await world.makeVault(nodes: nodes)
    let phone = try await world.join(laptop, name: "phone")
    let tablet = try await world.join(laptop, name: "tablet")
    try await world.sync(laptop, phone, tablet)
    return (laptop, phone, tablet)
  }

  private func revoke(_ name: String, by vault: Vault) async throws -> RevocationOutcome {
    try await vault.revoke(try await vault.planRevocation(of: name))
  }

  @Test func `a revoked device gets nothing new and its work stays`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, phone, tablet) = try await makeThree(nodes: nodes)
    try await phone.write("mine", "from the phone")
    _ = try await phone.sync()
    let outcome = try await revoke("phone", by: laptop)
    #expect(outcome.coverage.acknowledged == ["node1", "node2"])
    #expect(outcome.coverage.silent.isEmpty)
    #expect(outcome.newEpochs == 1)
    #expect(outcome.plan.keptEntries >= 2)
    // What it wrote is there, also with a device that had not seen it before.
    #expect(await laptop.text("mine") == "from the phone")
    try await laptop.write("later", "secret")
    try await world.sync(laptop, tablet)
    #expect(await tablet.text("mine") == "from the phone")
    #expect(await tablet.text("later") == "secret")
    #expect(await laptop.treeDigest() == tablet.treeDigest())
    let report = try await phone.sync()
    #expect(report.problems.contains { $0.code == .refused })
    #expect(await phone.text("later") == nil)
    #expect(try await laptop.devices().map(\.isActive) == [true, true, false])
  }

  @Test func `what is written after a revocation is sealed with a key that the device lacks`()
    async throws
  {
    let (laptop, phone, tablet) = try await makeThree(nodes: [try world.makeNode()])
    _ = try await revoke("phone", by: laptop)
    try await laptop.write("later", String(repeating: "secret ", count: 2_000))
    try await world.sync(laptop, tablet)
    #expect(await tablet.text("later")?.count == 14_000)
    // Even with everything that the nodes have, the phone opens none of it.
    let log = await laptop.policyEntries()
    try await phone.takePolicy(log)
    #expect(await phone.hasWritingKey() == false)
    #expect(await phone.opens(epoch: 0))
    #expect(await !phone.opens(epoch: 1))
    #expect(await tablet.opens(epoch: 1))
    #expect(await tablet.opens(epoch: 0))
    await #expect(throws: FreeholdError.self) { try await phone.write("x", "y") }
  }

  @Test func `content is found again under a new key`() async throws {
    let (laptop, _, tablet) = try await makeThree(nodes: [try world.makeNode()])
    var generator = SeededGenerator(seed: 5)
    let bytes = generator.bytes(8 << 20)
    try await laptop.write(VaultPath([Array("film".utf8)]), bytes: bytes)
    _ = try await laptop.sync()
    _ = try await revoke("phone", by: laptop)
    try await laptop.write(VaultPath([Array("copy".utf8)]), bytes: bytes)
    let report = try await laptop.sync()
    #expect(report.sentBytes < 100_000, "the chunks are there already")
    try await world.sync(laptop, tablet)
    #expect(try await tablet.content(VaultPath([Array("copy".utf8)])) == bytes)
    // A changed file sends only what changed, though the key is another one.
    var changed = bytes
    changed.replaceSubrange(1_000_000..<1_000_004, with: [1, 2, 3, 4])
    try await laptop.write(VaultPath([Array("film".utf8)]), bytes: changed)
    #expect(try await laptop.sync().sentBytes < 5 << 20, "the longest chunk has 4 MiB")
    try await world.sync(laptop, tablet)
    #expect(try await tablet.content(VaultPath([Array("film".utf8)])) == changed)
  }

  @Test func `what a revoked device writes later is nowhere, and what others built on it stays`()
    async throws
  {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, phone, tablet) = try await makeThree(nodes: nodes)
    // The phone and the tablet meet at a node that the laptop does not reach.
    world.network.setReachable(false, nodes[0].url)
    try await phone.write("seen", "the tablet saw this")
    // Only node 2 is there for them; then only node 1 for the laptop.
    _ = try await phone.sync()
    _ = try await tablet.sync()
    try await tablet.write("built", "on what it saw")
    _ = try await tablet.sync()
    try await phone.write("unseen", "nobody saw this")
    _ = try await phone.sync()
    world.network.setReachable(true, nodes[0].url)
    world.network.setReachable(false, nodes[1].url)
    let outcome = try await revoke("phone", by: laptop)
    #expect(outcome.coverage.acknowledged == ["node1"])
    #expect(outcome.coverage.silent.map(\.name) == ["node2"])
    #expect(!outcome.plan.unheard.isEmpty)
    world.network.setReachable(true, nodes[1].url)
    for _ in 0..<3 { try await world.sync(laptop, tablet) }
    for vault in [laptop, tablet] {
      #expect(await vault.text("seen") == "the tablet saw this")
      #expect(await vault.text("built") == "on what it saw")
      #expect(await vault.text("unseen") == nil)
    }
    #expect(await laptop.treeDigest() == tablet.treeDigest())
    let report = try await laptop.sync()
    #expect(report.redundancy.isMet, "\(report.problems)")
  }

  @Test func `what a device has merged and should not have leaves its tree`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, phone, tablet) = try await makeThree(nodes: nodes)
    world.network.setReachable(false, nodes[0].url)
    try await phone.write("late", "after the cut")
    _ = try await phone.sync()
    _ = try await tablet.sync()
    #expect(await tablet.text("late") == "after the cut")
    world.network.setReachable(true, nodes[0].url)
    world.network.setReachable(false, nodes[1].url)
    _ = try await revoke("phone", by: laptop)
    world.network.setReachable(true, nodes[1].url)
    try await world.sync(laptop, tablet)
    #expect(await tablet.text("late") == nil)
    #expect(await laptop.treeDigest() == tablet.treeDigest())
    // It stays so after a new start, when the tree is read again.
    #expect(try await tablet.rereadDigest() == laptop.treeDigest())
  }

  @Test func `what a device let in falls with it`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    let phone = try await world.join(laptop, name: "phone")
    _ = try await world.join(phone, name: "watch")
    _ = try await laptop.sync()
    let plan = try await laptop.planRevocation(of: "phone")
    #expect(plan.falling.map(\.name) == ["watch"])
    _ = try await laptop.revoke(plan)
    #expect(try await laptop.devices().filter(\.isActive).map(\.name) == ["laptop"])
  }

  @Test func `nobody revokes who ranks higher, nor itself, nor twice`() async throws {
    let (laptop, phone, _) = try await makeThree(nodes: [try world.makeNode()])
    for (vault, name, code) in [
      (phone, "laptop", FreeholdError.Code.refused), (laptop, "laptop", .refused),
      (laptop, "nobody", .noSuchVault),
    ] {
      let error = await #expect(throws: FreeholdError.self) {
        _ = try await vault.planRevocation(of: name)
      }
      #expect(error?.code == code, "\(name)")
      #expect(error?.hint != nil)
    }
    _ = try await revoke("tablet", by: phone)
    _ = try await laptop.sync()
    await #expect(throws: FreeholdError.self) {
      _ = try await laptop.planRevocation(of: "tablet")
    }
  }

  @Test func `two revocations at once leave a key that all have`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, phone, tablet) = try await makeThree(nodes: nodes)
    let watch = try await world.join(laptop, name: "watch")
    try await world.sync(laptop, phone, tablet, watch)
    // Each knows of its own only.
    let first = try await laptop.planRevocation(of: "watch")
    let second = try await phone.planRevocation(of: "tablet")
    for node in nodes { world.network.setReachable(false, node.url) }
    #expect(try await laptop.revoke(first).coverage.acknowledged.isEmpty)
    #expect(try await phone.revoke(second).coverage.acknowledged.isEmpty)
    for node in nodes { world.network.setReachable(true, node.url) }
    try await laptop.write("a", "from the laptop")
    try await phone.write("b", "from the phone")
    for _ in 0..<2 { try await world.sync(laptop, phone) }
    #expect(await laptop.text("b") == "from the phone")
    #expect(await phone.text("a") == "from the laptop")
    try await laptop.write("c", "under the newest key")
    try await world.sync(laptop, phone)
    #expect(await phone.text("c") == "under the newest key")
    #expect(await laptop.treeDigest() == phone.treeDigest())
    #expect(await laptop.owesNothing())
  }
}

extension Vault {
  fileprivate func policyEntries() -> [[UInt8]] { policy.entries.map(\.bytes) }

  fileprivate func takePolicy(_ entries: [[UInt8]]) throws {
    var news = SyncNews(shown: StateParts())
    news.policy = entries
    _ = try ingest(news)
  }

  fileprivate func hasWritingKey() -> Bool { keyring.writingKey(scope) != nil }

  fileprivate func opens(epoch: UInt64) -> Bool { !keyring.candidates(scope, epoch: epoch).isEmpty }

  fileprivate func rereadDigest() throws -> Bytes32 {
    tree = try loadTree()
    return treeDigest()
  }

  fileprivate func owesNothing() -> Bool { policy.state.owedRotations().isEmpty }
}
