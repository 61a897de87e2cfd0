import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// What a log amounts to: readers, keys, what is owed, operations that count.
struct PolicyStateTests {
  @Test func `a new vault has a device, a scope, a key, and owes nothing`() throws {
    let vault = try TestVault()
    let state = vault.log.state
    #expect(state.managers.map(\.rank) == [10])
    #expect(state.managers.first?.kem == vault.laptop.kem.publicKey)
    #expect(state.scopes.map(\.scope) == [vault.scope])
    #expect(state.readers(of: vault.scope).map(\.did) == [vault.laptop.signing.did])
    let root = PolicyState.Recipient(did: vault.vault, kem: vault.root.kem.publicKey)
    #expect(state.recipients(of: vault.scope).contains(root))
    #expect(state.writingEpoch(of: vault.scope)?.number == 0)
    #expect(state.owedRotations().isEmpty && state.equivocators.isEmpty)
    #expect(state.operationLimit(of: vault.laptop.signing.did) == .unlimited)
  }

  @Test func `a new reader is owed a seal, and gets the same key`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    let epoch = try #require(vault.log.state.writingEpoch(of: vault.scope))
    #expect(
      vault.log.state.owedRotations() == [
        .seals(
          scope: vault.scope, epoch: epoch.entry, recipients: [vault.phone.signing.did])
      ])
    try vault.write(as: vault.laptop) { author, _ in
      try author.addSeals(to: epoch.entry, seals: [vault.phone.signing.did: [3]])
    }
    let sealed = try #require(vault.log.state.writingEpoch(of: vault.scope))
    #expect(sealed.entry == epoch.entry && sealed.seals[vault.phone.signing.did] == [[3]])
    #expect(vault.log.state.owedRotations().isEmpty)
  }

  @Test func `a removed reader makes a new key owed, and the new one follows the old`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    let first = try #require(vault.log.state.writingEpoch(of: vault.scope)).entry
    try vault.write(as: vault.laptop) { author, _ in
      try author.addSeals(to: first, seals: [vault.phone.signing.did: [3]])
      try author.revoke(.grant(phone), keptOperations: .none)
    }
    #expect(vault.log.state.writingEpoch(of: vault.scope) == nil)
    #expect(vault.log.state.owedRotations() == [.newEpoch(scope: vault.scope)])
    try vault.write(as: vault.laptop) { author, _ in
      let seals = Dictionary(
        uniqueKeysWithValues: author.state.recipients(of: vault.scope).map {
          ($0.did, [UInt8(4)])
        })
      try author.startEpoch(of: vault.scope, seals: seals, history: [first: [5]])
    }
    let epoch = try #require(vault.log.state.writingEpoch(of: vault.scope))
    #expect(epoch.number == 1)
    #expect(epoch.follows == [EpochBody.Link(epoch: first, sealedKey: [5])])
    #expect(vault.log.state.owedRotations().isEmpty)
  }

  @Test func `of two concurrent keys the smaller name is written with, and the next follows both`()
    throws
  {
    let vault = try TestVault()
    try vault.addPhone()
    let first = try #require(vault.log.state.epochs(of: vault.scope).first).entry
    let before = vault.log
    let readers = vault.log.state.recipients(of: vault.scope).map(\.did)
    let seals = Dictionary(uniqueKeysWithValues: readers.map { ($0, [UInt8(6)]) })
    var names: [CID] = []
    for device in [vault.laptop, vault.phone] {
      var author = try PolicyAuthor(device: device.signing, log: before)
      names.append(try author.startEpoch(of: vault.scope, seals: seals, history: [:]).cid)
      for entry in author.entries { try vault.log.add(entry.bytes) }
    }
    let state = vault.log.state
    #expect(state.latestEpochs(of: vault.scope).map(\.entry) == names.sorted())
    #expect(state.epochs(of: vault.scope).map(\.number) == [0, 1, 1])
    #expect(state.writingEpoch(of: vault.scope)?.entry == names.min())
    // One of the two is sealed to somebody who may not read: it is not written with.
    let smaller = try #require(names.min())
    let author = smaller == names[0] ? vault.laptop : vault.phone
    try vault.write(as: author) { author, _ in
      try author.addSeals(to: smaller, seals: [vault.bob.signing.did: [7]])
    }
    #expect(vault.log.state.writingEpoch(of: vault.scope)?.entry == names.max())
    try vault.write(as: vault.laptop) { author, _ in
      let next = try author.startEpoch(of: vault.scope, seals: seals, history: [:])
      #expect(next.epoch?.number == 2)
      #expect(next.epoch?.follows.map(\.epoch) == names.sorted())
    }
    #expect(vault.log.state.epoch(first)?.isEffective == true)
  }

  @Test func `of two first keys made at once each is owed to the readers of the other`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    let before = vault.log
    let both = vault.log.state.recipients(of: vault.scope).map(\.did)
    let shared = try #require(ScopeID([UInt8](repeating: 9, count: 16)))
    let people = [vault.bob, DeviceKeys.generate(using: &vault.generator)]
    var names: [CID] = []
    for (device, person) in zip([vault.laptop, vault.phone], people) {
      var author = try PolicyAuthor(device: device.signing, log: before)
      try author.nameScope(shared, parent: vault.scope)
      try author.grant(
        .pull, to: person.signing.did, kem: person.kem.publicKey,
        policy: CapabilityPolicy([.scopes([shared])]), expiresAt: nil,
        using: &vault.generator)
      let seals = Dictionary(
        uniqueKeysWithValues: (both + [person.signing.did]).map { ($0, [UInt8(6)]) })
      names.append(try author.startEpoch(of: shared, seals: seals, history: [:]).cid)
      for entry in author.entries { try vault.log.add(entry.bytes) }
    }
    let state = vault.log.state
    #expect(state.scopes.filter { $0.scope == shared }.count == 1)
    #expect(state.latestEpochs(of: shared).map(\.entry) == names.sorted())
    let owed = zip(names, people.reversed()).map { epoch, other in
      PolicyState.OwedRotation.seals(
        scope: shared, epoch: epoch, recipients: [other.signing.did])
    }
    let mine = state.owedRotations().filter { $0 != .newEpoch(scope: vault.scope) }
    #expect(Set(owed).isSubset(of: mine))
    try vault.write(as: vault.laptop) { author, _ in
      for case .seals(let scope, let epoch, let recipients) in mine where scope == shared {
        try author.addSeals(
          to: epoch, seals: Dictionary(uniqueKeysWithValues: recipients.map { ($0, [8]) }))
      }
    }
    let left = vault.log.state.owedRotations()
    #expect(
      left.allSatisfy { owed in
        if case .seals(let scope, _, _) = owed { scope != shared } else { true }
      })
  }

  @Test func `of two branches of keys the longer one is written with`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    let before = vault.log
    let seals = Dictionary(
      uniqueKeysWithValues: vault.log.state.recipients(of: vault.scope).map {
        ($0.did, [UInt8(4)])
      })
    var longer = try PolicyAuthor(device: vault.laptop.signing, log: before)
    _ = try longer.startEpoch(of: vault.scope, seals: seals, history: [:])
    let last = try longer.startEpoch(of: vault.scope, seals: seals, history: [:])
    var shorter = try PolicyAuthor(device: vault.phone.signing, log: before)
    _ = try shorter.startEpoch(of: vault.scope, seals: seals, history: [:])
    for entry in longer.entries + shorter.entries { try vault.log.add(entry.bytes) }
    #expect(vault.log.state.latestEpochs(of: vault.scope).map(\.number).sorted() == [1, 2])
    #expect(vault.log.state.writingEpoch(of: vault.scope)?.entry == last.cid)
  }

  @Test func `an epoch with a number of its own is refused`() throws {
    let vault = try TestVault()
    let first = try #require(vault.log.state.epochs(of: vault.scope).first).entry
    let last = try #require(vault.log.entries.last)
    for number: UInt64 in [0, 2, 1 << 52] {
      let body = EpochBody(
        scope: vault.scope, number: number, seals: [:],
        follows: [EpochBody.Link(epoch: first, sealedKey: nil)])
      let entry = try PolicyEntry.issue(
        vault: vault.vault, actor: .root, sequence: 3, previous: last.cid, dependencies: [],
        body: .epoch(body), by: vault.root.signing)
      #expect(throws: PolicyError(.notWellFormed, "")) { try vault.log.add(entry.bytes) }
    }
  }

  @Test func `more seals than one entry holds go into further ones`() throws {
    let vault = try TestVault()
    var seals: [DID: [UInt8]] = [:]
    for _ in 0..<100 {
      seals[DID(key: .generate(using: &vault.generator))] = [UInt8](repeating: 1, count: 1190)
    }
    let entries = try vault.write(as: vault.laptop) { author, _ in
      try author.startEpoch(of: vault.scope, seals: seals, history: [:])
    }
    #expect(entries.count > 1)
    #expect(entries.allSatisfy { $0.bytes.count <= PolicyLimits.entryBytesMax })
    let epoch = try #require(vault.log.state.epoch(entries[0].cid))
    #expect(epoch.recipients == Set(seals.keys))
  }

  @Test func `who reads one scope is no reader of another, and none when the time is over`() throws
  {
    let vault = try TestVault()
    let shared = ScopeID.generate(using: &vault.generator)
    try vault.addBob(to: shared, expiresAt: TestVault.now.seconds + 100)
    let bob = vault.bob.signing.did
    let state = vault.log.state
    #expect(state.readers(of: shared, at: TestVault.now).map(\.did).contains(bob))
    #expect(!state.readers(of: vault.scope).map(\.did).contains(bob))
    let later = TestVault.now.advanced(byMilliseconds: 200_000)
    #expect(!state.readers(of: shared, at: later).map(\.did).contains(bob))
    #expect(state.readers(of: shared).map(\.did).contains(bob))
  }

  @Test func `a node that holds reads nothing`() throws {
    let vault = try TestVault()
    try vault.write(as: vault.laptop) { author, generator in
      try author.grantHold(to: vault.node.did, using: &generator)
    }
    #expect(vault.log.state.holders == [vault.node.did])
    #expect(vault.log.state.readers(of: vault.scope).count == 1)
    #expect(vault.log.state.owedRotations().isEmpty)
  }

  @Test func `a revocation keeps what the revoker had seen`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    let did = vault.phone.signing.did
    let seen = FeedPosition(scope: vault.scope, count: 12, chain: .zero)
    try vault.write(as: vault.phone) { author, _ in try author.changeSettings(["x": .int(1)]) }
    try vault.write(as: vault.laptop) { author, _ in
      try author.revoke(.grant(phone), keptOperations: KeptOperations([did: [seen]]))
    }
    let state = vault.log.state
    #expect(state.operationLimit(of: did) == .upTo([vault.scope: seen]))
    #expect(state.settings.values["x"] == .int(1))
    #expect(state.grant(phone)?.isLive == false)
    let record = try #require(state.effectiveRevocations.first)
    #expect(record.hits == [phone] && record.body.invocation != nil)
    // A second one that keeps less: only what both keep stays.
    let less = FeedPosition(scope: vault.scope, count: 5, chain: .zero)
    try vault.write(as: nil) { author, _ in
      try author.revoke(.principal(did), keptOperations: KeptOperations([did: [less]]))
    }
    #expect(vault.log.state.operationLimit(of: did) == .upTo([vault.scope: less]))
  }

  @Test func `who was removed by name comes back only by a grant that has seen it`() throws {
    let vault = try TestVault()
    let before = vault.log
    let bob = vault.bob.signing.did
    try vault.write(as: vault.laptop) { author, _ in
      try author.revoke(.principal(bob), keptOperations: .none)
    }
    // Root has not seen it.
    var root = try PolicyAuthor(root: vault.root.signing, log: before)
    let blind = try root.grant(.pull, to: bob, using: &vault.generator)
    try vault.log.add(blind.bytes)
    #expect(vault.log.state.grant(blind.cid)?.isLive == false)
    let seeing = try vault.write(as: vault.laptop) { author, generator in
      try author.grant(.pull, to: bob, using: &generator)
    }
    #expect(vault.log.state.grant(seeing[0].cid)?.isLive == true)
    #expect(vault.log.state.isRemoved(bob))
  }

  @Test func `two entries with one number are shown, and void what follows`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    let before = vault.log
    var forks: [PolicyEntry] = []
    for value in 1...2 {
      var author = try PolicyAuthor(device: vault.phone.signing, log: before)
      forks.append(try author.changeSettings(["fork": .int(value)]))
    }
    for entry in forks { try vault.log.add(entry.bytes) }
    let state = vault.log.state
    #expect(state.equivocators == [forks[0].actor])
    #expect(state.settings.values["fork"] == nil)
    #expect(state.managers.count == 2)
  }

  @Test func `the later setting wins, then the senior one`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    let before = vault.log
    var entries: [PolicyEntry] = []
    for device in [vault.laptop, vault.phone] {
      var author = try PolicyAuthor(device: device.signing, log: before)
      let isLaptop = device.signing.did == vault.laptop.signing.did
      entries.append(try author.changeSettings(["who": .text(isLaptop ? "laptop" : "phone")]))
    }
    for entry in entries.reversed() { try vault.log.add(entry.bytes) }
    #expect(vault.log.state.settings.values["who"] == .text("laptop"))
    try vault.write(as: vault.phone) { author, _ in
      try author.changeSettings(["who": .text("phone"), "redundancy": .array([.int(2), .int(3)])])
    }
    #expect(vault.log.state.settings.values["who"] == .text("phone"))
    #expect(vault.log.state.settings.redundancy.map { [$0.k, $0.n] } == [2, 3])
    try vault.write(as: vault.laptop) { author, _ in try author.changeSettings(["who": .null]) }
    #expect(vault.log.state.settings.values["who"] == nil)
  }
}
