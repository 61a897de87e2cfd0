import FreeholdTestKit
import StorageNode
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

@testable import Freehold

/// What a grantee, or somebody on the way, may try.
@Suite struct SharingAttackTests {
  private func makeWorld() async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.txt", "before")
    try world.folder.write("private/b.txt", "nobody's business")
    try await world.own.comeTogether()
    try await world.meet("mallory")
    return world
  }

  @Test func `a card with any key exchanged is refused or has other words`() async throws {
    let world = try await makeWorld()
    let card = try await world.meet("bob")
    var generator = SeededGenerator(seed: 3)
    for index in stride(from: 0, to: card.bytes.count, by: 7) {
      var bytes = card.bytes
      bytes[index] ^= 1 << UInt8(generator.next() % 8)
      let line = Paper.line(bytes, prefix: PersonCard.prefix)
      #expect(throws: FreeholdError.self) { try PersonCard(text: Array(line.utf8)) }
    }
    // Signed anew by somebody on the way: another person, and other words.
    let key = SigningKey.generate(using: &generator)
    let forged = try PersonCard(
      name: card.name, devices: card.devices, recovery: nil, time: card.time, by: key)
    #expect(forged.words != card.words)
    let owner = try world.owner
    await #expect(throws: FreeholdError.self) { try await owner.addContact("bob", forged) }
    // The same person with other keys of a device: other words, too.
    let kem = KEMKey.generate(using: &generator).publicKey
    let exchanged = try PersonCard(
      name: card.name, devices: [.init(did: card.devices[0].did, kem: kem)], recovery: nil,
      time: card.time, by: key)
    #expect(exchanged.words != forged.words)
  }

  @Test func `an invitation that was altered, or is by no manager, is refused`() async throws {
    let world = try await makeWorld()
    let offer = try await world.grant("shared", to: "mallory", .read)
    for index in stride(from: 0, to: offer.bytes.count, by: 311) {
      var bytes = offer.bytes
      bytes[index] ^= 4
      let line = Paper.line(bytes, prefix: ShareOffer.prefix)
      #expect(throws: FreeholdError.self) { try ShareOffer(text: Array(line.utf8)) }
    }
    // Signed by the grantee, with the same log.
    let guest = try world.guest("mallory")
    let keys = try guest.home.openKeys(.unsealed)
    let log = try await world.owner.policyLog
    let own = try ShareOffer(
      log, to: offer.person, scope: offer.scope, name: "x", nodes: offer.nodes, by: keys.signing)
    #expect(throws: FreeholdError.self) { try world.accept(own, at: "shared", by: "mallory") }
    // For another machine.
    try await world.meet("bob")
    #expect(throws: FreeholdError.self) { try world.accept(offer, at: "shared", by: "bob") }
  }

  @Test func `a reader that signs entries all the same is refused by nodes and devices`()
    async throws
  {
    let world = try await makeWorld()
    try await world.share("shared", with: "mallory", .read)
    try await world.sync("mallory", "shared")
    let mallory = try world.vault("mallory", "shared")
    try await mallory.write("forced.txt", "written without the right")
    // The node refuses the push.
    let answers = try await mallory.pushEverything()
    #expect(answers.allSatisfy { $0 == .refused || $0 == .unauthorized }, "\(answers)")
    // And a device that got it all the same merges none of it.
    let run = try await mallory.ownRun()
    let part = try await world.owner.scoped("shared")
    var news = SyncNews(shown: StateParts())
    news.runs = [run]
    _ = try await part.ingest(news)
    try await world.own.comeTogether()
    #expect(!world.folder.exists("shared/forced.txt"))
    #expect(await part.text("forced.txt") == nil)
  }

  @Test func `a writer cannot name nodes, redundancy, contacts or mounts`() async throws {
    let world = try await makeWorld()
    try world.folder.write("second/c.txt", "c")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("second", with: "bob", .read)
    try await world.share("shared", with: "mallory", .write)
    try await world.sync("mallory", "shared")
    let part = try await world.owner.scoped("shared")
    let second = try await world.owner.scoped("second").scope
    let book = await part.nodeBook.mapValues(\.bytes)
    let mallory = try world.vault("mallory", "shared")
    try await mallory.vandalise(mounting: second)
    try world.write("mallory", "shared", "honest.txt", "this one counts")
    try await world.sync("mallory", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/honest.txt") == "this one counts")
    #expect(await part.nodeBook.mapValues(\.bytes) == book)
    #expect(await part.contacts().isEmpty)
    #expect(await part.mounts().isEmpty)
    #expect(try world.own.devices[1].folder.read("second/c.txt") == "c")
    // A device that reads the whole history comes to the same.
    let other = try await world.own.devices[1].open.scoped("shared")
    #expect(await other.treeDigest() == part.treeDigest())
    #expect(try await part.rereadDigest() == other.treeDigest())
  }

  @Test func `a guest sees no other scope, neither entries nor heads`() async throws {
    let world = try await makeWorld()
    try await world.share("shared", with: "mallory", .write)
    try await world.sync("mallory", "shared")
    let mallory = try world.vault("mallory", "shared")
    let root = try world.owner.scope
    let held = try await mallory.heldScopes()
    #expect(held == [mallory.scope])
    // Asked for by name, too.
    let answers = try await mallory.ask(about: root)
    #expect(!answers.isEmpty)
    for answer in answers { #expect(answer == .refused || answer == .unauthorized) }
  }

  @Test func `a guest cannot hand its right on, nor make anybody a manager`() async throws {
    let world = try await makeWorld()
    try await world.share("shared", with: "mallory", .write)
    let log = try await world.owner.policyLog
    let keys = try world.guest("mallory").home.openKeys(.unsealed)
    var generator = SeededGenerator(seed: 8)
    let friend = SigningKey.generate(using: &generator)
    // Entries of the log are for managers.
    #expect(throws: PolicyError.self) { try PolicyAuthor(device: keys.signing, log: log) }
    // A delegation off the log has one link too many for its own condition.
    let scope = try await world.owner.scoped("shared").scope
    let state = log.evaluate()
    let chain = try #require(
      state.chain(for: keys.signing.did, allowing: .pullLog(scope: scope)))
    let handed = try Delegation.issue(
      Delegation.Terms(
        audience: friend.did, subject: log.vault, command: .pull, policy: .none, notBefore: nil,
        expiresAt: nil), by: keys.signing, using: &generator)
    let node = world.own.nodes[0].did
    let signer = RequestSigner(
      subject: log.vault, node: node, chain: chain + [handed], key: friend)
    let now = world.own.devices[0].clock.now()
    let token = try signer.sign(
      .pullHead(scope: scope), bodyDigest: .zero, bodyBytes: 0, now: now, withProofs: true,
      using: &generator)
    var authorizer = Authorizer(me: node, cache: TokenCache(capacity: 16))
    let decision = authorizer.decide(
      token.invocation, proofs: token.proofs, state: state, now: now)
    #expect(decision.refusal?.code == .matchError, "\(decision)")
  }

  @Test func `sealed objects that are moved to another scope do not open`() async throws {
    let world = try await makeWorld()
    try await world.share("shared", with: "mallory", .write)
    try await world.sync("mallory", "shared")
    // What the owner wrote privately, in the guest's scope: the entry does not open there.
    let owner = try world.owner
    let part = try await owner.scoped("shared")
    let stolen = try await owner.firstEntry()
    await #expect(throws: EntryProblem.self) {
      try await part.open(stolen, as: part.scope)
    }
  }
}

extension Vault {
  fileprivate func rereadDigest() throws -> Bytes32 {
    tree = try loadTree()
    return treeDigest()
  }

  fileprivate func heldScopes() throws -> Set<ScopeID> {
    Set(try database.read { try $0.feeds() }.map(\.scope))
  }

  /// This device's own feed.
  fileprivate func ownRun() throws -> FeedRun {
    let entries = try database.read {
      try $0.entries(scope: scope, device: device, from: 1, bytesMax: .max)
    }
    return FeedRun(
      feed: FeedKey(scope: scope, device: device), first: 1, entries: entries.map(\.bytes))
  }

  /// Pushes the own feed to every node, whatever this device may; what they say.
  fileprivate func pushEverything() async throws -> [VaultSync.Refusal.Code?] {
    let run = try ownRun()
    return try await refusals { client in
      _ = try await client.push(PushRequest(runs: [run]))
    }
  }

  /// Asks every node about a scope; what they say.
  fileprivate func ask(about other: ScopeID) async throws -> [VaultSync.Refusal.Code?] {
    var answers: [VaultSync.Refusal.Code?] = []
    for (node, entry) in nodeBook {
      let chain = policy.state.chain(for: device, allowing: .pullLog(scope: scope)) ?? []
      let client = NodeClient(
        node: node, name: entry.name, record: entry.record, environment: environment,
        signers: [RequestSigner(subject: did, node: node, chain: chain, key: keys.signing)],
        scope: other, meter: TrafficMeter())
      do {
        let parts = StateParts(heads: [:], scopes: [other: [:]])
        _ = try await client.sync(SyncRequest(digest: .zero, known: parts))
        answers.append(nil)
      } catch let refusal as VaultSync.Refusal {
        answers.append(refusal.code)
      }
    }
    return answers
  }

  private func refusals(
    _ body: (NodeClient) async throws -> Void
  ) async throws -> [VaultSync.Refusal.Code?] {
    var answers: [VaultSync.Refusal.Code?] = []
    for (node, entry) in nodeBook {
      do {
        try await body(try client(for: node, entry, meter: TrafficMeter()))
        answers.append(nil)
      } catch let refusal as VaultSync.Refusal {
        answers.append(refusal.code)
      }
    }
    return answers
  }

  /// Everything that a guest must not say, in a signed entry.
  fileprivate func vandalise(mounting other: ScopeID) throws {
    let nodes = tree.settings(prefix: NodeEntry.prefix)
    try commit { draft in
      for (key, _) in nodes { try draft.setSetting(key, to: nil) }
      try draft.setSetting(Redundancy.settingKey, to: Redundancy(needed: 1, total: 1)?.bytes)
      try draft.setSetting(Contact.key("bob"), to: [1, 2, 3])
      let folder = try draft.create(.folder, in: .root, named: Array("trap".utf8))
      try draft.setAttribute(.scope, of: folder, to: other.bytes)
    }
  }

  fileprivate func firstEntry() throws -> StoredEntry {
    let entries = try database.read {
      try $0.entries(scope: scope, device: device, from: 1, bytesMax: 1)
    }
    return try #require(entries.first)
  }

  /// Opens an entry as if it lay in a scope.
  fileprivate func open(_ entry: StoredEntry, as scope: ScopeID) throws {
    _ = try opener.open(
      StoredEntry(
        scope: scope, device: entry.device, sequence: entry.sequence, bytes: entry.bytes,
        chain: entry.chain, state: entry.state))
  }
}
