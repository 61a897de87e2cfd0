import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// The log as a set: orders, waiting, refusals.
struct PolicyLogTests {
  @Test func `entries in any order make the same state`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    try vault.addBob(to: vault.scope)
    try vault.write(as: vault.phone) { author, generator in
      try author.grantHold(to: vault.node.did, using: &generator)
      try author.changeSettings(["a": .int(1)])
    }
    try vault.write(as: vault.laptop) { author, _ in
      try author.revoke(.grant(phone), keptOperations: .none)
      try author.changeSettings(["a": .int(2), "b": .int(3)])
    }
    var generator = SeededGenerator.forTest()
    let expected = vault.log.state
    for _ in 0..<10 {
      var log = PolicyLog(genesis: vault.log.genesis)
      for entry in vault.log.entries.shuffled(using: &generator) { try log.add(entry.bytes) }
      let state = log.state
      #expect(log.count == vault.log.count && log.waitingCount == 0)
      #expect(state.grants == expected.grants && state.heads == expected.heads)
      #expect(state.settings == expected.settings && state.scopes == expected.scopes)
      #expect(state.epochs(of: vault.scope) == expected.epochs(of: vault.scope))
      #expect(state.effectiveRevocations == expected.effectiveRevocations)
      #expect(state.owedRotations() == expected.owedRotations())
    }
  }

  @Test func `an entry waits for what it names and says what that is`() throws {
    let vault = try TestVault()
    var log = PolicyLog(genesis: vault.log.genesis)
    let entries = vault.log.entries
    #expect(try log.add(entries[1].bytes) == .waiting([entries[0].cid]))
    #expect(try log.add(entries[2].bytes) == .waiting([entries[1].cid]))
    #expect(log.missing == [entries[0].cid, entries[1].cid].sorted())
    #expect(log.state.liveGrants.isEmpty)
    #expect(try log.add(entries[0].bytes) == .accepted(entries.map(\.cid)))
    #expect(try log.add(entries[0].bytes) == .known)
    #expect(log.heads == [entries[2].cid])
  }

  @Test func `entries of another vault and by strangers are refused`() throws {
    let vault = try TestVault()
    let other = try TestVault(seed: 8)
    #expect(throws: PolicyError(.otherVault, "")) {
      try vault.log.add(other.log.entries[0].bytes)
    }
    let stranger = try PolicyEntry.issue(
      vault: vault.vault, actor: .root, sequence: 0, previous: nil, dependencies: [],
      body: .settings(SettingsBody([:])), by: other.root.signing)
    #expect(throws: PolicyError(.invalidSignature, "")) { try vault.log.add(stranger.bytes) }
  }

  @Test func `who has no rank writes nothing`() throws {
    let vault = try TestVault()
    let grant = try vault.addBob(to: vault.scope)
    let entry = try PolicyEntry.issue(
      vault: vault.vault, actor: .grant(grant), sequence: 0, previous: nil, dependencies: [],
      body: .settings(SettingsBody([:])), by: vault.bob.signing)
    #expect(throws: PolicyError(.notAuthorised, "")) { try vault.log.add(entry.bytes) }
    #expect(throws: PolicyError(.cannotAuthor, "")) {
      _ = try PolicyAuthor(device: vault.bob.signing, log: vault.log)
    }
  }

  @Test func `a manager of one thing does no other`() throws {
    let vault = try TestVault()
    try vault.write(as: vault.laptop) { author, generator in
      try author.grant(
        AdminAct.grant.command, to: vault.phone.signing.did, rank: 30, using: &generator)
    }
    try vault.write(as: vault.phone) { author, generator in
      try author.grant(
        AdminAct.grant.command, to: vault.bob.signing.did, using: &generator)
      #expect(throws: PolicyError(.notAuthorised, "")) {
        try author.grant(.pull, to: vault.bob.signing.did, using: &generator)
      }
      #expect(throws: PolicyError(.notAuthorised, "")) { try author.changeSettings([:]) }
    }
  }

  @Test func `the grant of a manager has neither time nor condition`() throws {
    let vault = try TestVault()
    try vault.write(as: vault.laptop) { author, generator in
      #expect(throws: PolicyError(.notWellFormed, "")) {
        try author.grant(
          .vault, to: vault.phone.signing.did, rank: 20, expiresAt: 2_000_000_000,
          using: &generator)
      }
      #expect(throws: PolicyError(.notWellFormed, "")) {
        try author.grant(
          .vault, to: vault.phone.signing.did, rank: 20,
          policy: CapabilityPolicy([.scopes([vault.scope])]), using: &generator)
      }
    }
  }

  @Test func `a rank not above the giver's, and a chain too deep, are refused`() throws {
    let vault = try TestVault()
    try vault.write(as: vault.laptop) { author, generator in
      #expect(throws: PolicyError(.notWellFormed, "")) {
        try author.grantDevice(
          vault.phone.signing.did, kem: vault.phone.kem.publicKey, rank: 10, using: &generator)
      }
    }
    var giver = vault.laptop
    for depth in 2...PolicyLimits.grantDepthMax {
      let next = DeviceKeys.generate(using: &vault.generator)
      try vault.write(as: giver) { author, generator in
        try author.grantDevice(
          next.signing.did, kem: next.kem.publicKey, rank: UInt64(depth) * 100, using: &generator)
      }
      giver = next
    }
    try vault.write(as: giver) { author, generator in
      #expect(throws: PolicyError(.notWellFormed, "")) {
        try author.grant(.pull, to: vault.bob.signing.did, using: &generator)
      }
    }
  }

  @Test func `a full log refuses more and keeps what it has`() throws {
    let vault = try TestVault()
    var limits = PolicyLimits.standard
    limits.entriesMax = 2
    var log = PolicyLog(genesis: vault.log.genesis, limits: limits)
    try log.add(vault.log.entries[0].bytes)
    try log.add(vault.log.entries[1].bytes)
    #expect(throws: PolicyError(.full, "")) { try log.add(vault.log.entries[2].bytes) }
    #expect(log.count == 2)
  }

  @Test func `a restored log is the same log`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    var restored = try PolicyLog(
      genesis: vault.log.genesis, restoring: vault.log.entries.map(\.bytes))
    #expect(restored.state.grants == vault.log.state.grants)
    #expect(restored.heads == vault.log.heads)
  }
}
