import FreeholdTestKit
import StorageNode
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

@testable import Freehold

@Suite struct SharingRevocationTests {
  /// An owner with two devices and a folder that bob reads and carol writes.
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.txt", "before")
    try world.folder.write("private.txt", "nobody's business")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.share("shared", with: "bob", .read)
    try await world.share("shared", with: "carol", .write)
    try await world.sync("bob", "shared")
    try await world.sync("carol", "shared")
    try await world.own.comeTogether()
    return world
  }

  @Test func `a revoked reader gets nothing new, and keys are sealed to who is left`()
    async throws
  {
    let world = try await makeWorld()
    let outcome = try await world.revoke("bob", "shared")
    #expect(outcome.coverage.acknowledged.count == 2)
    #expect(outcome.coverage.silent.isEmpty)
    #expect(outcome.newEpochs == 1)
    try world.folder.write("shared/after.txt", "after bob")
    try await world.own.comeTogether()
    let told = try await world.sync("bob", "shared")
    #expect(told.nodesReached == 0)
    #expect(told.problems.contains { $0.code == .refused })
    #expect(try world.read("bob", "shared", "after.txt") == nil)
    #expect(try world.read("bob", "shared", "a.txt") == "before")
    try await world.sync("carol", "shared")
    #expect(try world.read("carol", "shared", "after.txt") == "after bob")
    // Even with the whole policy log bob's device opens no key of now, and the others do.
    let log = try await world.owner.policyLog
    let scope = try await world.owner.scoped("shared").scope
    let bob = try world.vault("bob", "shared")
    let carol = try world.vault("carol", "shared")
    #expect(try await !bob.opensWhatIsWrittenNow(by: log, in: scope))
    #expect(try await carol.opensWhatIsWrittenNow(by: log, in: scope))
    let desktop = try world.own.devices[1].open
    #expect(try await desktop.opensWhatIsWrittenNow(by: log, in: scope))
    let recipients = log.evaluate().writingEpoch(of: scope)?.recipients ?? []
    #expect(recipients.contains(log.vault), "root's key too")
    #expect(!recipients.contains(bob.device))
  }

  @Test func `a node that was silent is named, refuses once it knows, and is named no more`()
    async throws
  {
    let world = try await makeWorld()
    let silent = world.own.nodes[1]
    world.own.network.setCut(true, silent.did)
    let outcome = try await world.revoke("bob", "shared")
    #expect(outcome.coverage.acknowledged == ["node1"])
    #expect(outcome.coverage.silent.map(\.name) == ["node2"])
    let owner = try world.owner
    #expect(try await owner.revocations().map(\.silent) == [["node2"]])
    #expect(try await owner.revocations().map(\.name) == ["bob"])
    world.own.network.setCut(false, silent.did)
    try await world.own.sync(0)
    #expect(try await owner.revocations().map(\.silent) == [[]])
    #expect(try await owner.revocations()[0].acknowledged == ["node1", "node2"])
    world.own.network.setCut(true, world.own.nodes[0].did)
    let told = try await world.sync("bob", "shared")
    #expect(told.problems.contains { $0.code == .refused })
  }

  @Test func `with a bound on its age a node refuses guests before it hears of a revocation`()
    async throws
  {
    let world = try await makeWorld()
    let (first, silent) = (world.own.nodes[0].did, world.own.nodes[1].did)
    #expect(try await world.owner.setPolicyAge(secondsMax: 86_400).silent.isEmpty)
    await #expect(throws: FreeholdError.self) {
      _ = try await world.owner.setPolicyAge(secondsMax: 59)
    }
    try await world.own.sync(0)
    #expect(try await world.sync("bob", "shared").nodesReached == 2)
    world.own.network.setCut(true, silent)
    try await world.revoke("bob", "shared")
    world.own.network.setCut(false, silent)
    world.own.network.setCut(true, first)
    #expect(try await world.sync("bob", "shared").nodesReached == 1, "it cannot know yet")
    world.own.pass(.seconds(86_401))
    for name in ["bob", "carol"] {
      let told = try await world.sync(name, "shared")
      #expect(told.nodesReached == 0)
      #expect(told.problems.contains { $0.code == .refused })
    }
    // A device of the owner comes: who has access is served again.
    world.own.network.setCut(false, first)
    try await world.own.sync(0)
    #expect(try await world.sync("carol", "shared").nodesReached == 2)
    #expect(try await world.sync("bob", "shared").nodesReached == 0)
    // Without the bound any age is good enough.
    _ = try await world.owner.setPolicyAge(secondsMax: nil)
    world.own.pass(.seconds(400 * 86_400))
    #expect(try await world.sync("carol", "shared").nodesReached == 2)
  }

  @Test func `a revocation that not every node knows is told again by the same command`()
    async throws
  {
    let world = try await makeWorld()
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    let untold = try await world.revoke("bob", "shared")
    #expect(untold.coverage.silent.count == 2)
    #expect(untold.newEpochs == 1)
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    let told = try await world.revoke("bob", "shared")
    #expect(told.coverage.acknowledged == ["node1", "node2"])
    #expect(told.newEpochs == 0)
    #expect(try await world.owner.revocations().map(\.silent) == [[]])
    // Once all know there is nothing to do, and so for somebody else.
    for name in ["bob", "dave"] {
      if name == "dave" { try await world.meet(name) }
      let code = FreeholdError.Code(await result { try await world.revoke(name, "shared") })
      #expect(code == .noSuchVault)
    }
  }

  @Test func `what a revoked writer brings to a silent node is quarantined alike, and listed`()
    async throws
  {
    let world = try await makeWorld()
    // Carol and the owner see one node each.
    world.own.network.setCut(true, world.own.nodes[1].did)
    let outcome = try await world.revoke("carol", "shared")
    #expect(outcome.coverage.silent.map(\.name) == ["node2"])
    world.own.network.setCut(false, world.own.nodes[1].did)
    world.own.network.setCut(true, world.own.nodes[0].did)
    try world.write("carol", "shared", "late.txt", "after the revocation")
    try await world.sync("carol", "shared")
    world.own.network.setCut(false, world.own.nodes[0].did)
    try await world.own.comeTogether()
    for (number, device) in world.own.devices.enumerated() {
      #expect(!device.folder.exists("shared/late.txt"), "device \(number)")
      #expect(try device.folder.read("shared/a.txt") == "before")
    }
    let listed = try await world.owner.quarantine()
    #expect(listed.count == 1)
    #expect(listed.first?.author == "carol")
    #expect(listed.first?.paths == [VaultPath([Array("shared".utf8), Array("late.txt".utf8)])])
    // Whoever manages may take it in all the same.
    let entry = try #require(listed.first)
    try await world.owner.adopt(entry)
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("shared/late.txt") == "after the revocation")
    }
    #expect(try await world.owner.quarantine().isEmpty)
  }

  @Test func `who may not write in one folder any more still writes in another`() async throws {
    let world = try await makeWorld()
    try world.folder.write("second/b.txt", "b")
    try await world.own.comeTogether()
    try await world.share("second", with: "carol", .write)
    try await world.sync("carol", "second")
    try await world.revoke("carol", "shared")
    try world.write("carol", "second", "still.txt", "here")
    try world.write("carol", "shared", "no more.txt", "lost right")
    try await world.sync("carol", "second")
    _ = try? await world.sync("carol", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("second/still.txt") == "here")
    #expect(!world.folder.exists("shared/no more.txt"))
    #expect(try await world.owner.grants().map(\.name) == ["bob", "carol"])
  }

  @Test func `revoking without a path ends everything, and granting again begins anew`()
    async throws
  {
    let world = try await makeWorld()
    try await world.revoke("bob", nil)
    #expect(try await world.owner.grants().map(\.name) == ["carol"])
    #expect(FreeholdError.Code(await result { try await world.revoke("bob", nil) }) == .noSuchVault)
    try world.folder.write("shared/while.txt", "bob was away")
    let offer = try await world.grant("shared", to: "bob", .read)
    try await world.own.sync(0)
    let genesis = try Genesis(decoding: offer.genesis)
    try await world.vault("bob", "shared").adoptPolicy(
      PolicyLog(genesis: genesis, restoring: offer.policy))
    try await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "while.txt") == "bob was away")
  }

  @Test func `a device that is put out loses the shared folders too`() async throws {
    let world = try await makeWorld()
    let owner = try world.owner
    let plan = try await owner.planRevocation(of: "desktop")
    let outcome = try await owner.revoke(plan)
    #expect(outcome.newEpochs == 2, "the vault's folder, and the shared one")
    try world.folder.write("shared/new.txt", "new")
    try await world.own.sync(0)
    _ = try? await world.own.sync(1)
    #expect(!world.own.devices[1].folder.exists("shared/new.txt"))
    try await world.sync("carol", "shared")
    #expect(try world.read("carol", "shared", "new.txt") == "new")
  }

  @Test func `a right with an end is refused after it, by every node`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("shared/a.txt", "a")
    try await world.own.sync(0)
    try await world.meet("bob")
    let end = world.own.devices[0].clock.now().advanced(byMilliseconds: 3_600_000)
    try await world.share("shared", with: "bob", .read, until: end)
    try await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "a.txt") == "a")
    world.own.pass(.seconds(7_200))
    try world.guest("bob").device.clock.advance(by: .seconds(7_200))
    try world.folder.write("shared/late.txt", "late")
    try await world.own.sync(0)
    _ = try? await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "late.txt") == nil)
    // The owner's device has seen that it is over, and changed the key.
    #expect(try await world.owner.grants().isEmpty)
    let log = try await world.owner.policyLog
    let scope = try await world.owner.scoped("shared").scope
    let bob = try world.vault("bob", "shared")
    #expect(try await !bob.opensWhatIsWrittenNow(by: log, in: scope))
  }

  @Test func `two devices grant while both are offline, and both grants hold`() async throws {
    let world = try await makeWorld()
    try world.folder.write("one/x.txt", "x")
    try world.folder.write("two/y.txt", "y")
    try await world.own.comeTogether()
    try await world.meet("dora")
    try await world.meet("emil")
    try await world.own.comeTogether()
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    let first = try await world.grant("one", to: "dora", .read, by: 0)
    let second = try await world.grant("two", to: "emil", .write, by: 1)
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    try await world.own.comeTogether()
    try world.accept(first, at: "one", by: "dora")
    try world.accept(second, at: "two", by: "emil")
    try await world.sync("dora", "one")
    try await world.sync("emil", "two")
    try await world.own.comeTogether()
    #expect(try world.read("dora", "one", "x.txt") == "x")
    #expect(try world.read("emil", "two", "y.txt") == "y")
    let names = try await world.owner.grants().map(\.name)
    #expect(Set(names) == ["bob", "carol", "dora", "emil"])
  }

  private func result<Value>(
    _ body: () async throws -> Value
  ) async -> Result<Value, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
