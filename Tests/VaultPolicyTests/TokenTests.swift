import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// Issuing, limits and memory of tokens.
struct TokenTests {
  private struct Principals {
    var generator = SeededGenerator(seed: 5)
    let alice: SigningKey
    let bob: SigningKey

    init() {
      alice = SigningKey.generate(using: &generator)
      bob = SigningKey.generate(using: &generator)
    }
  }

  @Test func `an issued delegation reads back with all its fields`() throws {
    var people = Principals()
    let terms = Delegation.Terms(
      audience: people.bob.did, subject: nil, command: .pull,
      policy: CapabilityPolicy([try .hops(atMost: 1)]), notBefore: 5, expiresAt: 9,
      meta: ["note": .text("hello")])
    let issued = try Delegation.issue(terms, by: people.alice, using: &people.generator)
    let read = try Verified(Delegation(decoding: issued.token.envelope.bytes))
    #expect(read == issued && read.token.terms == terms && read.token.nonce.count == 16)
    let again = try Delegation.issue(terms, by: people.alice, using: &people.generator)
    #expect(again.token.cid != issued.token.cid)
  }

  @Test func `an issued invocation reads back with all its fields`() throws {
    var people = Principals()
    let cause = CID(codec: .dagCBOR, digest: .zero)
    let terms = Invocation.Terms(
      subject: people.alice.did, audience: people.bob.did, command: .audit,
      arguments: ["a": .int(-1)], proofs: [cause], issuedAt: 1, expiresAt: nil, cause: cause,
      meta: [:])
    let issued = try Invocation.issue(terms, by: people.alice, using: &people.generator)
    let read = try Verified(Invocation(decoding: issued.token.envelope.bytes))
    #expect(read == issued && read.token.terms == terms && read.token.executor == people.bob.did)
  }

  @Test func `a token that would break a limit cannot be issued`() throws {
    var people = Principals()
    let long = CBORMap([
      CBORPair(key: "x", value: .bytes([UInt8](repeating: 0, count: 9000)))
    ])
    let tooLong = Delegation.Terms(
      audience: people.bob.did, subject: nil, command: .pull, meta: long)
    let tooLate = Delegation.Terms(
      audience: people.bob.did, subject: nil, command: .pull, expiresAt: 1 << 53)
    for terms in [tooLong, tooLate] {
      #expect(throws: UCANError(.malformedToken, "")) {
        _ = try Delegation.issue(terms, by: people.alice, using: &people.generator)
      }
    }
  }

  @Test func `a token signed by another is no token of its issuer`() throws {
    var people = Principals()
    let terms = Delegation.Terms(audience: people.bob.did, subject: nil, command: .pull)
    let issued = try Delegation.issue(terms, by: people.alice, using: &people.generator)
    let forged = try Envelope.signed(
      tag: Delegation.tag, payload: issued.token.envelope.payload, by: people.bob)
    #expect(throws: UCANError(.invalidSignature, "")) {
      _ = try Verified(Delegation(decoding: forged.bytes))
    }
  }

  @Test func `a cache of one still decides right`() throws {
    let vault = try TestVault()
    try vault.addPhone()
    var authorizer = Authorizer(me: vault.node.did, cache: TokenCache(capacity: 1))
    for _ in 0..<3 {
      for key in [vault.laptop.signing, vault.phone.signing] {
        let token = try vault.token(of: key, .pullPolicy)
        let decision = authorizer.decide(
          token.invocation, proofs: token.proofs, state: vault.log.state, now: TestVault.now)
        #expect(decision.allowance != nil)
      }
    }
  }

  @Test func `a chain of more links than allowed is refused`() throws {
    var people = Principals()
    let link = CID(codec: .dagCBOR, digest: .zero)
    let terms = Invocation.Terms(
      subject: people.alice.did, audience: people.bob.did, command: .audit, arguments: [:],
      proofs: [CID](repeating: link, count: UCANLimits.chainLinksMax + 1), issuedAt: 1,
      expiresAt: nil)
    let issued = try Invocation.issue(terms, by: people.bob, using: &people.generator)
    let validator = InvocationValidator(executor: people.bob.did, now: 1)
    var cache = TokenCache()
    #expect(throws: UCANError(.malformedToken, "")) {
      _ = try validator.validate(issued.token.envelope.bytes, cache: &cache)
    }
  }
}
