import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// Decisions of a node.
struct AuthorizerTests {
  @Test func `a device of the owner may do everything, and the reason is told`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    var authorizer = Authorizer(me: vault.node.did)
    for request: Request in [
      .pullHead(scope: nil), .pullLog(scope: vault.scope), .pullBlob(shard: nil), .pullPolicy,
      .pushHead(scope: nil), .pushLog(scope: nil), .pushBlob(shard: .zero), .audit,
      .repair(shard: .zero), .admin(.settings),
    ] {
      let token = try vault.token(of: vault.phone.signing, request)
      let decision = authorizer.decide(
        token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now)
      let allowance = try #require(decision.allowance, "\(decision)")
      #expect(allowance.request == request && allowance.principal == vault.phone.signing.did)
      #expect(allowance.rank == 20 && allowance.grants.count == 2 && allowance.binding.hops == 2)
      #expect(allowance.explanation.count == 2)
    }
  }

  @Test func `root itself may do everything`() throws {
    let vault = try TestVault()
    let signer = RequestSigner(
      subject: vault.vault, node: vault.node.did, chain: [], key: vault.root.signing)
    let token = try signer.sign(
      .pullPolicy, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, using: &vault.generator)
    var authorizer = Authorizer(me: vault.node.did)
    let decision = authorizer.decide(
      token.invocation, proofs: [], state: vault.log.state, now: TestVault.now)
    #expect(decision.allowance?.rank == 0)
  }

  @Test func `a reader of one scope reads that one and writes none`() throws {
    let vault = try TestVault()
    let shared = ScopeID.generate(using: &vault.generator)
    try vault.addBob(to: shared)
    let grant = try #require(
      vault.log.state.grant(for: vault.bob.signing.did, allowing: .pullHead(scope: nil)))
    let chain = vault.log.state.chain(of: grant.entry)
    let signer = RequestSigner(
      subject: vault.vault, node: vault.node.did, chain: chain, key: vault.bob.signing)
    var authorizer = Authorizer(me: vault.node.did)
    let expectations: [(Request, UCANError.Code?)] = [
      (.pullLog(scope: shared), nil), (.pullHead(scope: nil), nil), (.pullBlob(shard: .zero), nil),
      (.pullLog(scope: vault.scope), .matchError), (.pushLog(scope: shared), .invalidCommand),
      (.admin(.grant), .invalidCommand),
    ]
    for (request, expected) in expectations {
      let token = try signer.sign(
        request, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, using: &vault.generator)
      let decision = authorizer.decide(
        token.invocation, proofs: [], state: vault.log.state, now: TestVault.now)
      #expect(decision.refusal?.code == expected, "\(request)")
      guard let allowance = decision.allowance else { continue }
      #expect(allowance.allows(scope: shared) && !allowance.allows(scope: vault.scope))
    }
  }

  @Test func `a revoked device is refused from then on, and so is whom it let in`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    try vault.write(as: vault.phone) { author, generator in
      try author.grant(.pull, to: vault.bob.signing.did, using: &generator)
    }
    let mine = try vault.token(of: vault.phone.signing, .pullPolicy)
    let bobs = try vault.token(of: vault.bob.signing, .pullPolicy)
    var authorizer = Authorizer(me: vault.node.did)
    func code(_ token: RequestToken, _ vault: TestVault) -> UCANError.Code? {
      authorizer.decide(
        token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now
      ).refusal?.code
    }
    #expect(code(mine, vault) == nil && code(bobs, vault) == nil)
    try vault.write(as: vault.laptop) { author, _ in
      try author.revoke(.grant(phone), keptOperations: .none)
    }
    #expect(code(mine, vault) == .revoked && code(bobs, vault) == .revoked)
  }

  @Test func `who shows a revoked chain is told of one that holds, and only of its own`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    try vault.write(as: vault.phone) { author, generator in
      try author.grant(.pull, to: vault.bob.signing.did, using: &generator)
    }
    let bobs = try vault.token(of: vault.bob.signing, .pullPolicy)
    let phones = try vault.token(of: vault.phone.signing, .pullPolicy)
    try vault.write(as: vault.laptop) { author, generator in
      try author.grant(.pull, to: vault.bob.signing.did, using: &generator)
      try author.revoke(.grant(phone), keptOperations: .none)
    }
    var authorizer = Authorizer(me: vault.node.did)
    func refusal(_ token: RequestToken) throws -> Refusal {
      let decision = authorizer.decide(
        token.invocation, proofs: [], state: vault.log.state, now: TestVault.now)
      return try #require(decision.refusal)
    }
    #expect(try refusal(phones).instead.isEmpty)
    let told = try refusal(bobs)
    #expect(told.code == .revoked)
    // Signed anew with what it was told, the same is allowed.
    let signer = try #require(
      RequestSigner(
        subject: vault.vault, node: vault.node.did,
        showing: told.instead.map(\.token.envelope.bytes), key: vault.bob.signing))
    let again = try signer.sign(
      .pullPolicy, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, using: &vault.generator)
    let decision = authorizer.decide(
      again.invocation, proofs: [], state: vault.log.state, now: TestVault.now)
    #expect(decision.allowance?.principal == vault.bob.signing.did)
    // It is of no use to anybody else, nor when something in it is altered.
    let bytes = told.instead.map(\.token.envelope.bytes)
    func isTaken(_ chain: [[UInt8]], by key: SigningKey) -> Bool {
      RequestSigner(subject: vault.vault, node: vault.node.did, showing: chain, key: key) != nil
    }
    #expect(!isTaken(bytes, by: vault.phone.signing))
    #expect(!isTaken(Array(bytes.reversed()), by: vault.bob.signing))
    #expect(!isTaken(Array(bytes.dropFirst()), by: vault.bob.signing))
    #expect(!isTaken([], by: vault.bob.signing))
    var altered = bytes
    altered[0][10] ^= 1
    #expect(!isTaken(altered, by: vault.bob.signing))
  }

  @Test func `what a member hands on off the log counts until somebody is removed`() throws {
    let vault = try TestVault()
    let shared = ScopeID.generate(using: &vault.generator)
    try vault.addBob(to: shared)
    let tablet = SigningKey.generate(using: &vault.generator)
    let link = try Delegation.issue(
      Delegation.Terms(audience: tablet.did, subject: vault.vault, command: .pull),
      by: vault.bob.signing, using: &vault.generator)
    let request = Request.pullLog(scope: shared)
    let chain = try #require(
      vault.log.state.chain(for: vault.bob.signing.did, allowing: request))
    let signer = RequestSigner(
      subject: vault.vault, node: vault.node.did, chain: chain + [link], key: tablet)
    let token = try signer.sign(
      request, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, withProofs: true,
      using: &vault.generator)
    var authorizer = Authorizer(me: vault.node.did)
    let bare = authorizer.decide(
      token.invocation, proofs: [], state: vault.log.state, now: TestVault.now)
    #expect(bare.refusal?.code == .unavailableProof)
    #expect(bare.refusal?.missing == [link.token.cid])
    func code(_ vault: TestVault) -> UCANError.Code? {
      authorizer.decide(
        token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now
      ).refusal?.code
    }
    #expect(code(vault) == nil)
    try vault.write(as: vault.laptop) { author, _ in
      try author.revoke(.principal(tablet.did), keptOperations: .none)
    }
    #expect(code(vault) == .revoked)
  }

  @Test func `a chain that does not begin in the log is refused`() throws {
    let vault = try TestVault()
    let link = try Delegation.issue(
      Delegation.Terms(
        audience: vault.bob.signing.did, subject: vault.vault, command: .vault),
      by: vault.root.signing, using: &vault.generator)
    let signer = RequestSigner(
      subject: vault.vault, node: vault.node.did, chain: [link], key: vault.bob.signing)
    let token = try signer.sign(
      .pullPolicy, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, withProofs: true,
      using: &vault.generator)
    var authorizer = Authorizer(me: vault.node.did)
    let decision = authorizer.decide(
      token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now)
    #expect(decision.refusal?.code == .unavailableProof)
  }

  @Test func `requests for others, of other vaults, and out of time are refused`() throws {
    let vault = try TestVault()
    let other = try TestVault(seed: 8)
    let token = try vault.token(of: vault.laptop.signing, .pullPolicy)
    let late = TestVault.now.advanced(byMilliseconds: 400_000)
    let early = TestVault.now.advanced(byMilliseconds: -100_000)
    var authorizer = Authorizer(me: vault.node.did)
    var stranger = Authorizer(me: other.node.did)
    func code(_ decision: Decision) -> UCANError.Code? { decision.refusal?.code }
    let (state, now) = (vault.log.state, TestVault.now)
    #expect(
      code(stranger.decide(token.invocation, proofs: [], state: state, now: now))
        == .invalidAudience)
    #expect(
      code(authorizer.decide(token.invocation, proofs: [], state: state, now: late)) == .expired)
    #expect(
      code(authorizer.decide(token.invocation, proofs: [], state: state, now: early))
        == .tooEarly)
    let withProofs = try vault.token(of: vault.laptop.signing, .pullPolicy, withProofs: true)
    #expect(
      code(
        authorizer.decide(
          withProofs.invocation, proofs: withProofs.proofs, state: other.log.state, now: now))
        == .invalidSubject)
    #expect(code(authorizer.decide([0], proofs: [], state: state, now: now)) == .malformedToken)
  }

  @Test func `what must not be done twice is remembered, and nothing else`() throws {
    let vault = try TestVault()
    var authorizer = Authorizer(me: vault.node.did)
    var seen: [CID: Int64] = [:]
    for (request, expected) in [
      (Request.pullPolicy, nil), (.repair(shard: .zero), UCANError.Code.replay),
    ] {
      let token = try vault.token(of: vault.laptop.signing, request)
      for round in 0..<2 {
        let decision = authorizer.decide(
          token.invocation, proofs: [], state: vault.log.state, now: TestVault.now
        ) { cid, until in
          defer { seen[cid] = until }
          return seen[cid] != nil
        }
        #expect(decision.refusal?.code == (round == 0 ? nil : expected))
      }
    }
    #expect(seen.values.map { $0 } == [TestVault.now.seconds + 360])
  }

  @Test func `a node answers for what it hosts`() throws {
    let vault = try TestVault()
    let grant = try Delegation.issue(
      Delegation.Terms(
        audience: vault.laptop.signing.did, subject: vault.node.did,
        command: Request.hostUsage.command),
      by: vault.node, using: &vault.generator)
    let signer = RequestSigner(
      subject: vault.node.did, node: vault.node.did, chain: [grant], key: vault.laptop.signing)
    var authorizer = Authorizer(me: vault.node.did)
    for (request, expected) in [
      (Request.hostUsage, nil), (.hostStore, UCANError.Code.invalidCommand),
    ] {
      let token = try signer.sign(
        request, bodyDigest: .zero, bodyBytes: 0, now: TestVault.now, withProofs: true,
        using: &vault.generator)
      let decision = authorizer.decide(
        token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now)
      #expect(decision.refusal?.code == expected)
    }
  }
}
