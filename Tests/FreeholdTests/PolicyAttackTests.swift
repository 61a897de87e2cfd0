import FreeholdTestKit
import Synchronization
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import Freehold
@testable import StorageNode

/// What nodes and managers may try with the policy of a vault.
@Suite struct PolicyAttackTests {
  /// An owner with two devices, and carol, who writes.
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.txt", "a")
    try await world.own.comeTogether()
    for name in ["bob", "carol", "dora"] { try await world.meet(name) }
    try await world.share("shared", with: "carol", .write)
    try await world.sync("carol", "shared")
    try await world.own.comeTogether()
    return world
  }

  /// Adds bob, who manages, with his vault in step.
  private func addManager(to world: SharingWorld) async throws -> Vault {
    try await world.share("", with: "bob", .manage)
    try await world.sync("bob", "")
    try await world.own.comeTogether()
    return try world.vault("bob", "")
  }

  private func isRevoked(_ name: String, for vault: Vault, in world: SharingWorld) async throws
    -> Bool
  {
    let did = try world.vault(name, "shared").device
    return await vault.policyLog.evaluate().grants(to: did).allSatisfy { !$0.isLive }
  }

  // MARK: Nodes

  @Test func `a node that hides a revocation from one device is found out by what others say`()
    async throws
  {
    let world = try await makeWorld()
    let (honest, liar) = (world.own.nodes[0], world.own.nodes[1])
    let desktop = try world.own.devices[1].open
    let device = desktop.device
    // From now on the liar shows the desktop the policy of this moment.
    let frozen = await desktop.policyLog.heads.map(\.syncPrefix)
    world.own.network.setLie(
      { request, answer in
        Self.hidingPolicy(after: frozen, from: device, request, answer)
      }, of: liar.did)
    try await world.revoke("carol", "shared")
    // It sees nobody else: what nobody tells it cannot be known.
    world.own.network.setCut(true, honest.did)
    try await world.own.sync(1)
    #expect(try await !isRevoked("carol", for: desktop, in: world))
    // One honest node is enough.
    world.own.network.setCut(false, honest.did)
    try await world.own.sync(1)
    #expect(try await isRevoked("carol", for: desktop, in: world))
    // And from there it does not go back: who shows less is named.
    world.own.network.setCut(true, honest.did)
    var problems: [Problem] = []
    for _ in 0..<3 { problems += try await world.own.sync(1).problems }
    #expect(try await isRevoked("carol", for: desktop, in: world))
    let accusations = problems.filter { $0.code == .tampered }
    #expect(accusations.contains { $0.node == liar.did }, "\(problems)")
    #expect(!accusations.contains { $0.node == honest.did }, "\(problems)")
  }

  private static func hidingPolicy(
    after frozen: [HashPrefix], from device: DID, _ request: NodeRequest, _ answer: NodeResponse
  ) -> NodeResponse {
    guard request.path == Endpoint.sync, let header = request.authorization,
      let token = try? RequestToken(header: header),
      (try? Invocation(decoding: token.invocation))?.issuer == device,
      let asked = try? SyncRequest(decoding: request.body),
      var response = try? SyncResponse(decoding: answer.body)
    else { return answer }
    var news = response.news ?? SyncNews(shown: asked.known ?? StateParts())
    news.policy = []
    news.shown.policy = frozen
    response.content = .news(news)
    response.receipt = nil
    var lie = answer
    lie.body = response.bytes
    return lie
  }

  @Test func `a key by nobody, by a reader, or by one who was put out is written with by nobody`()
    async throws
  {
    let world = try await makeWorld()
    try await world.share("shared", with: "dora", .read)
    try await world.sync("dora", "shared")
    let manager = try await addManager(to: world)
    let part = try await world.owner.scoped("shared")
    let (scope, log) = (part.scope, try await world.owner.policyLog)
    let before = await part.writingEpoch
    var generator = SeededGenerator(seed: 4)
    let nobody = SigningKey.generate(using: &generator)
    let reader = try world.guest("dora").home.openKeys(.unsealed)
    let epoch = try #require(log.evaluate().writingEpoch(of: scope))
    for key in [nobody, reader.signing] {
      for actor in [CBORValue.text("root"), .link(epoch.entry)] {
        let forged = try Self.epoch(of: scope, after: epoch, in: log, as: actor, by: key)
        var news = SyncNews(shown: StateParts())
        news.policy = [forged]
        let taken = try await part.ingest(news)
        #expect(taken.findings.contains { $0.blamesNode }, "\(taken.findings)")
      }
    }
    #expect(await part.writingEpoch == before)
    // A manager's key counts, until the manager is put out: what it starts then is void.
    let keys = try world.guest("bob").home.openKeys(.unsealed)
    var author = try PolicyAuthor(device: keys.signing, log: await manager.policyLog)
    try author.startEpoch(of: scope, seals: [keys.signing.did: [1, 2, 3]], history: [:])
    let late = author.log
    try await world.revoke("bob", nil)
    try await world.own.comeTogether()
    let current = await part.writingEpoch
    try await world.owner.adoptPolicy(late)
    try await part.adoptPolicy(late)
    #expect(await part.writingEpoch == current)
    try world.folder.write("shared/after.txt", "sealed to who is left")
    try await world.own.comeTogether()
    #expect(try world.own.devices[1].folder.read("shared/after.txt") == "sealed to who is left")
  }

  /// An entry that starts a key of a scope, by whoever has a key.
  private static func epoch(
    of scope: ScopeID, after epoch: EpochRecord, in log: PolicyLog, as actor: CBORValue,
    by key: SigningKey
  ) throws -> [UInt8] {
    let body = CBORValue.map([
      ("scope", .scope(scope)), ("number", .unsigned(epoch.number + 1)),
      ("seals", .map([CBORPair(key: key.did.text, value: .bytes([9]))])),
      ("back", .array([.array([.link(epoch.entry), .null])])), ("extends", .null),
    ])
    let payload = CBORValue.map([
      ("vault", .did(log.vault)), ("by", actor), ("seq", .unsigned(0)), ("prev", .null),
      ("deps", .array([])), ("body", .map([("epoch", body)])),
    ])
    return try Envelope.signed(tag: PolicyEntry.tag, payload: payload, by: key).bytes
  }

  // MARK: Managers

  @Test func `a manager who forks is named, and both devices come to the same`() async throws {
    let world = try await makeWorld()
    let bob = try await addManager(to: world)
    let keys = try world.guest("bob").home.openKeys(.unsealed)
    let log = await bob.policyLog
    // Two entries with one number: one puts carol out, the other lets a friend of his in.
    let carol = try world.vault("carol", "shared").device
    var one = try PolicyAuthor(device: keys.signing, log: log)
    try one.revoke(.principal(carol), keptOperations: .none)
    var other = try PolicyAuthor(device: keys.signing, log: log)
    var generator = SeededGenerator(seed: 5)
    let friend = SigningKey.generate(using: &generator).did
    try other.grant(.vault, to: friend, rank: 900, using: &generator)
    try await world.owner.adoptPolicy(one.log)
    try await world.own.devices[1].open.adoptPolicy(other.log)
    // Each device has heard one of them; then they meet.
    try await world.own.comeTogether()
    var reports: [SyncReport] = []
    for number in 0..<2 { reports.append(try await world.own.sync(number)) }
    let states = [
      try await world.owner.policyLog.evaluate(),
      try await world.own.devices[1].open.policyLog.evaluate(),
    ]
    #expect(states[0].heads == states[1].heads)
    for state in states {
      #expect(state.equivocators.count == 1)
      #expect(state.grants(to: friend).allSatisfy { !$0.isLive })
      #expect(state.grants(to: carol).contains { $0.isLive })
    }
    for report in reports {
      let told = report.problems.filter { $0.message.contains("bob") }
      #expect(told.contains { $0.code == .tampered && $0.hint != nil }, "\(report.problems)")
    }
    // The owner puts it right, and it is told no more.
    try await world.revoke("bob", nil)
    try await world.own.comeTogether()
    let report = try await world.own.sync(0)
    #expect(!report.problems.contains { $0.code == .tampered }, "\(report.problems)")
    try world.write("carol", "shared", "still.txt", "here")
    try await world.sync("carol", "shared")
    try await world.own.comeTogether()
    #expect(try world.own.devices[1].folder.read("shared/still.txt") == "here")
  }

  @Test func `who was put out can neither undo that nor date anything back`() async throws {
    let world = try await makeWorld()
    let bob = try await addManager(to: world)
    let keys = try world.guest("bob").home.openKeys(.unsealed)
    let old = await bob.policyLog
    let bobDevice = keys.signing.did
    let outcome = try await world.revoke("bob", nil)
    #expect(outcome.coverage.silent.isEmpty)
    let before = try await world.owner.policyLog.evaluate()
    // Signed on the log of before: a friend, a revocation of the desktop, and a key of his own.
    var author = try PolicyAuthor(device: keys.signing, log: old)
    var generator = SeededGenerator(seed: 6)
    let friend = DeviceKeys.generate(using: &generator)
    let (scope, carol) = (
      try await world.owner.scoped("shared").scope, try world.vault("carol", "shared").device
    )
    try author.grant(.vault, to: friend.signing.did, rank: 900, using: &generator)
    try author.revoke(.principal(carol), keptOperations: .none)
    try author.startEpoch(of: scope, seals: [bobDevice: [1]], history: [:])
    try author.changeSettings([PolicySettings.redundancyKey: .array([.int(1), .int(1)])])
    // Nodes take it from whoever may push; it counts nowhere.
    for number in 0..<2 {
      try await world.own.devices[number].open.adoptPolicy(author.log)
    }
    try await world.own.comeTogether()
    for number in 0..<2 {
      let state = try await world.own.devices[number].open.policyLog.evaluate()
      #expect(state.liveGrants == before.liveGrants)
      #expect(state.settings == before.settings)
      #expect(state.writingEpoch(of: scope)?.entry == before.writingEpoch(of: scope)?.entry)
      #expect(author.entries.allSatisfy { state.isEffective($0.cid) == false })
    }
    #expect(try await !isRevoked("carol", for: world.owner, in: world))
    let told = try await world.sync("bob", "")
    #expect(told.problems.contains { $0.code == .refused })
  }

  @Test func `two devices that grant and revoke offline end the same, and it is said why`()
    async throws
  {
    let world = try await makeWorld()
    try await world.own.join(2, seed: 1)
    for _ in 0..<2 { try await world.own.comeTogether() }
    let (laptop, desktop) = (try world.owner, try world.own.devices[1].open)
    let plan = try await laptop.planRevocation(of: "desktop")
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    // The senior puts the junior out, who lets somebody in and takes carol's access meanwhile.
    _ = try await laptop.revoke(plan)
    let offer = try await world.grant("shared", to: "dora", .read, by: 1)
    try await world.revoke("carol", "shared", by: 1)
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    try await world.own.sync(0)
    // The junior's own entries come by way of whoever brings them.
    let junior = await desktop.policyLog
    try await world.own.devices[2].open.adoptPolicy(junior)
    for _ in 0..<2 {
      for number in [0, 2] { try await world.own.sync(number) }
    }
    let (first, third) = (
      await laptop.policyLog.evaluate(),
      try await world.own.devices[2].open.policyLog.evaluate()
    )
    #expect(first.heads == third.heads && first.liveGrants == third.liveGrants)
    #expect(first.managers.count == 2)
    #expect(try await !isRevoked("carol", for: laptop, in: world))
    let dora = try world.guest("dora").home.openKeys(.unsealed).signing.did
    #expect(first.grants(to: dora).allSatisfy { !$0.isLive } && !first.grants(to: dora).isEmpty)
    // Why: the device that let dora in had been put out.
    for vault in [laptop, try world.own.devices[2].open] {
      let reason = try await vault.reason(for: "dora", at: VaultPath("shared".utf8))
      #expect(reason.right == nil)
      #expect(reason.former.contains { $0.contains("never counted") }, "\(reason.former)")
    }
    // And carol, whose access the junior took, has it still.
    let carols = try await laptop.reason(for: "carol", at: VaultPath("shared".utf8))
    #expect(carols.right == .write)
    try world.accept(offer, at: "shared", by: "dora")
    let told = try await world.sync("dora", "shared")
    #expect(told.nodesReached == 0 && told.problems.contains { $0.code == .refused })
  }
}

extension Vault {
  fileprivate var writingEpoch: CID? {
    policy.evaluate().writingEpoch(of: scope)?.entry
  }
}
