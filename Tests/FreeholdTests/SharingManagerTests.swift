import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import Freehold
@testable import StorageNode

/// Rights beyond reading and writing a folder: to manage, to hold, to hand on.
@Suite struct SharingManagerTests {
  /// An owner with two devices, two folders, and bob, who manages.
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.txt", "a")
    try world.folder.write("second/b.txt", "b")
    try await world.own.comeTogether()
    for name in ["bob", "carol", "dora"] { try await world.meet(name) }
    try await world.share("", with: "bob", .manage)
    try await world.sync("bob", "")
    try await world.own.comeTogether()
    return world
  }

  private func rows(_ vault: Vault) async throws -> [String] {
    try await vault.grants().map { row in
      let path = String(decoding: row.path?.bytes ?? [], as: UTF8.self)
      return "\(row.name) \(row.right) \(path) by \(row.giver)"
    }
  }

  @Test func `a manager sees everything, grants and revokes as the owner does`() async throws {
    let world = try await makeWorld()
    #expect(try world.read("bob", "", "shared/a.txt") == "a")
    let bob = try world.vault("bob", "")
    // What bob grants holds for the owner, the nodes and the guest.
    let offer = try await bob.grant(
      try await bob.planGrant(AccessTerms(.write), to: "carol", at: VaultPath("shared".utf8))
    ).offer
    try await world.sync("bob", "")
    try world.accept(offer, at: "shared", by: "carol")
    try world.write("carol", "shared", "c.txt", "from carol")
    try await world.sync("carol", "shared")
    #expect(try world.read("carol", "shared", "a.txt") == "a")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/c.txt") == "from carol")
    #expect(try await rows(world.owner).contains { $0.hasPrefix("carol write shared by bob") })
    // And what bob takes away is gone everywhere, with a new key.
    let outcome = try await bob.revoke(
      try await bob.planRevocation(ofAccess: "carol", to: VaultPath("shared".utf8)))
    #expect(outcome.newEpochs == 1 && outcome.coverage.silent.isEmpty)
    try world.folder.write("shared/later.txt", "later")
    try await world.own.comeTogether()
    _ = try? await world.sync("carol", "shared")
    #expect(try world.read("carol", "shared", "later.txt") == nil)
    try await world.sync("bob", "")
    #expect(try world.read("bob", "", "shared/later.txt") == "later")
    #expect(try await !rows(world.owner).contains { $0.hasPrefix("carol") })
  }

  @Test func `what a manager granted falls with the manager, and is named so`() async throws {
    let world = try await makeWorld()
    let bob = try world.vault("bob", "")
    let offer = try await bob.grant(
      try await bob.planGrant(AccessTerms(.write), to: "carol", at: VaultPath("shared".utf8))
    ).offer
    try await world.sync("bob", "")
    try world.accept(offer, at: "shared", by: "carol")
    try await world.sync("carol", "shared")
    try world.write("carol", "shared", "before.txt", "before the end")
    try await world.sync("carol", "shared")
    try world.write("bob", "", "second/bob.txt", "bob was here")
    try await world.sync("bob", "")
    try await world.own.comeTogether()
    let outcome = try await world.revoke("bob", nil)
    #expect(outcome.coverage.silent.isEmpty)
    #expect(outcome.newEpochs >= 2, "the vault's folder, and the shared one")
    try world.folder.write("shared/later.txt", "later")
    try await world.own.comeTogether()
    for (name, path) in [("bob", ""), ("carol", "shared")] {
      let told = try await world.sync(name, path)
      #expect(told.problems.contains { $0.code == .refused }, "\(name): \(told.problems)")
      #expect(told.nodesReached == 0)
    }
    #expect(try world.read("carol", "shared", "later.txt") == nil)
    #expect(try world.read("bob", "", "shared/later.txt") == nil)
    // What both did before stays, on every device.
    for device in world.own.devices {
      #expect(try device.folder.read("shared/before.txt") == "before the end")
      #expect(try device.folder.read("second/bob.txt") == "bob was here")
    }
    #expect(try await rows(world.owner).isEmpty)
    let reason = try await world.owner.reason(for: "carol", at: VaultPath("shared".utf8))
    #expect(reason.right == nil)
    #expect(reason.former.contains { $0.hasPrefix("fell with who gave it") }, "\(reason.former)")
  }

  @Test func `what falls with a manager is shown first, and stays where it is given anew`()
    async throws
  {
    let world = try await makeWorld()
    let bob = try world.vault("bob", "")
    for (name, right) in [("carol", AccessRight.write), ("dora", .read)] {
      var terms = AccessTerms(right)
      terms.hops = 1
      if right == .write { terms.only = "in/*" }
      let plan = try await bob.planGrant(terms, to: name, at: VaultPath("shared".utf8))
      let offer = try await bob.grant(plan).offer
      try await world.sync("bob", "")
      try world.accept(offer, at: "shared", by: name)
      try await world.sync(name, "shared")
    }
    try await world.own.comeTogether()
    let before = try await world.owner.grants().filter { $0.name == "carol" }
    let plan = try await world.owner.planRevocation(ofAccess: "bob", to: nil)
    #expect(plan.fallingAccess.map(\.name) == ["carol", "dora"])
    await #expect(throws: FreeholdError.self, "nobody of that name loses anything") {
      _ = try await world.owner.revoke(plan, keeping: ["erin"])
    }
    _ = try await world.owner.revoke(plan, keeping: ["carol"])
    try world.folder.write("shared/later.txt", "later")
    try await world.own.comeTogether()
    try world.write("carol", "shared", "in/c.txt", "from carol")
    let report = try await world.sync("carol", "shared")
    #expect(report.nodesReached == 2)
    #expect(!report.problems.contains { $0.code == .refused }, "\(report.problems)")
    try await world.own.comeTogether()
    #expect(try world.read("carol", "shared", "later.txt") == "later")
    #expect(try world.folder.read("shared/in/c.txt") == "from carol")
    #expect(try await world.sync("dora", "shared").nodesReached == 0)
    #expect(try world.read("dora", "shared", "later.txt") == nil)
    // The terms are the same, but for who gave it.
    let after = try await world.owner.grants().filter { $0.name == "carol" }
    #expect(after.map(\.only) == before.map(\.only))
    #expect(after.map(\.hops) == before.map(\.hops))
    #expect(after.map(\.giver) == ["laptop"])
  }

  @Test func `a manager revokes neither the owner's devices nor itself`() async throws {
    let world = try await makeWorld()
    let bob = try world.vault("bob", "")
    for name in ["laptop", "desktop"] {
      let error = await #expect(throws: FreeholdError.self) {
        _ = try await bob.planRevocation(of: name)
      }
      #expect(error?.code == .refused, "\(name)")
    }
    // Signed all the same, past every check of the program: it counts for nobody.
    let log = await bob.policyLog
    let keys = try world.guest("bob").home.openKeys(.unsealed)
    var author = try PolicyAuthor(device: keys.signing, log: log)
    let laptop = try world.owner.device
    try author.revoke(.principal(laptop), keptOperations: .none)
    #expect(author.state.managers.contains { $0.principal == laptop })
    try await bob.adoptPolicy(author.log)
    _ = try await world.sync("bob", "")
    try await world.own.comeTogether()
    try world.folder.write("still.txt", "here")
    try await world.own.comeTogether()
    #expect(try world.own.devices[1].folder.read("still.txt") == "here")
  }

  @Test func `who holds gets ciphertext and no key`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("film.txt", String(repeating: "a film that is long ", count: 9_000))
    try await world.own.sync(0)
    try await world.meet("hugo")
    let offer = try await world.grant("", to: "hugo", .hold)
    try await world.own.sync(0)
    // A folder cannot be had of it, and that is said as it is.
    let error = #expect(throws: FreeholdError.self) {
      try world.accept(offer, at: "", by: "hugo")
    }
    #expect(error?.code == .refused, "\(String(describing: error))")
    let keys = try world.guest("hugo").home.openKeys(.unsealed)
    let log = try await world.owner.policyLog
    let state = log.evaluate()
    let scope = try world.owner.scope
    #expect(Keyring(state, device: keys.signing.did, kem: keys.kem).writingKey(scope) == nil)
    #expect(!state.recipients(of: scope).contains { $0.did == keys.signing.did })
    #expect(try await rows(world.owner) == [])
    // Every shard of the owner's is given to who holds, and not to a stranger.
    let store = world.own.nodes[0].store
    let tenant = try #require(try store.tenants().first)
    let shards = try store.shards(of: tenant.id, after: nil, countMax: .max).map(\.0)
    #expect(!shards.isEmpty)
    let stranger = try SigningKey(seed: SecretBytes([UInt8](repeating: 9, count: 32)))
    for (key, isAllowed) in [(keys.signing, true), (stranger, false)] {
      let answers = try await world.owner.answers(to: key, for: shards, by: state)
      #expect(answers.count == shards.count * 2)
      #expect(answers.allSatisfy { $0 == isAllowed }, "\(answers)")
    }
  }
}

extension Vault {
  /// Whether each node gives each shard to somebody, under the best chain it has.
  fileprivate func answers(
    to key: SigningKey, for shards: [ShardName], by state: PolicyState
  ) async throws -> [Bool] {
    var answers: [Bool] = []
    for (node, entry) in nodeBook {
      let chain = state.chain(for: key.did, allowing: .pullBlob(shard: shards[0].root)) ?? []
      let client = NodeClient(
        node: node, name: entry.name, record: entry.record, environment: environment,
        signers: [RequestSigner(subject: did, node: node, chain: chain, key: key)],
        meter: TrafficMeter())
      for shard in shards {
        do {
          let bytes = try await client.get(shard, range: nil, bytesMax: SyncLimits.shardBytesMax)
          answers.append(ShardName(of: bytes) == shard)
        } catch is VaultSync.Refusal {
          answers.append(false)
        }
      }
    }
    return answers
  }
}
