import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// A request on its way to a node, with everything that may be wrong with it.
struct MutatedRequest {
  var invocation: [UInt8]
  var proofs: [[UInt8]]
  var body: [UInt8]
  var now: Int64
  /// Whether it was changed after it was signed: then only whether it is allowed is compared.
  var isBroken = false
  /// What was done to it.
  var changes: [String] = []
}

/// Makes requests that are right, and changes them in one or two of the ways that somebody might
/// try.
struct RequestMutator {
  let vault: RandomVault
  let node: DID
  let other: DID
  /// Every grant that was ever given, with the delegations that it rests on.
  private let chains: [(holder: DID, links: [Verified<Delegation>])]
  private let keys: [DID: SigningKey]
  private let stranger: SigningKey
  private var generator: SeededGenerator

  init(_ vault: RandomVault, node: DID, using source: inout SeededGenerator) throws {
    var generator = SeededGenerator(seed: source.next())
    self.vault = vault
    self.node = node
    other = SigningKey.generate(using: &generator).did
    stranger = SigningKey.generate(using: &generator)
    let log = try PolicyLog(genesis: vault.genesis, restoring: vault.entries.map(\.bytes))
    let state = log.evaluate()
    chains = state.grants.map { ($0.principal, state.chain(of: $0.entry)) }
    var keys: [DID: SigningKey] = [:]
    for device in vault.devices + vault.guests { keys[device.signing.did] = device.signing }
    keys[vault.root.signing.did] = vault.root.signing
    keys[stranger.did] = stranger
    self.keys = keys
    self.generator = generator
  }

  /// The parts of a request before it is signed.
  private struct Draft {
    var fields: [String: CBORValue]
    var arguments: [String: CBORValue]
    var links: [CBORValue]
    var signer: SigningKey
  }

  mutating func next() throws -> MutatedRequest {
    var (draft, made) = try makeRequest()
    let count = [0, 0, 0, 1, 1, 1, 2][generator.number(below: 7)]
    for _ in 0..<count { try mutate(&draft, &made) }
    draft.fields["args"] = .map(draft.arguments.map { CBORPair(key: $0.key, value: $0.value) })
    draft.fields["prf"] = .array(draft.links)
    let payload = CBORValue.map(draft.fields.map { CBORPair(key: $0.key, value: $0.value) })
    made.invocation = try Envelope.signed(tag: Invocation.tag, payload: payload, by: draft.signer)
      .bytes
    if generator.oneIn(25) {
      let bit = generator.number(below: made.invocation.count * 8)
      made.invocation[bit / 8] ^= 1 << UInt8(bit % 8)
      made.isBroken = true
      made.changes.append("a bit")
    }
    return made
  }

  // MARK: What is right

  private mutating func makeRequest() throws -> (Draft, MutatedRequest) {
    let now = TestVault.now.seconds
    var links: [Verified<Delegation>] = []
    var signer = vault.root.signing
    if !generator.oneIn(30), !chains.isEmpty {
      let chosen = chains[generator.number(below: chains.count)]
      (links, signer) = (chosen.links, keys[chosen.holder] ?? stranger)
    }
    var made = MutatedRequest(invocation: [], proofs: [], body: [1, 2, 3], now: now)
    // Some hand on what they have, off the log.
    while generator.oneIn(5) && links.count < 6 {
      let all = keys.keys.sorted()
      let next = keys[all[generator.number(below: all.count)]] ?? stranger
      let link = try handOn(links.last?.command ?? .vault, from: signer, to: next.did)
      links.append(link)
      made.proofs.append(link.token.envelope.bytes)
      signer = next
    }
    let request = fitting(links.last?.command ?? .vault)
    let binding = RequestBinding(
      digest: Hash.sha256(made.body), sizeBytes: UInt64(made.body.count), hops: links.count)
    let arguments = request.arguments(binding: binding).pairs.map { ($0.key, $0.value) }
    let issued = now - Int64(generator.number(below: 60))
    let draft = Draft(
      fields: [
        "iss": .did(signer.did), "aud": .did(node),
        "sub": .did(request.isAboutHost ? node : vault.genesis.vault),
        "cmd": .text(request.command.text), "nonce": .bytes(generator.nextBytes(16)),
        "iat": .int(issued), "exp": .int(issued + 300),
      ],
      arguments: Dictionary(arguments, uniquingKeysWith: { first, _ in first }),
      links: links.map { .link($0.token.cid) }, signer: signer)
    return (draft, made)
  }

  /// A request that the last delegation allows, mostly.
  private mutating func fitting(_ command: Command) -> Request {
    let shard = Bytes32(words: (1, 2, 3, generator.next()))
    let scope: ScopeID? =
      generator.oneIn(4) ? nil : vault.scopes[generator.number(below: vault.scopes.count)]
    let all: [Request] = [
      .pullHead(scope: scope), .pullLog(scope: scope), .pullBlob(shard: shard),
      .pullBlob(shard: nil), .pullPolicy, .pushHead(scope: scope), .pushLog(scope: scope),
      .pushBlob(shard: shard), .link, .audit, .repair(shard: shard), .hostStore, .hostUsage,
      .admin(.grant), .admin(.epoch),
    ]
    let fitting = all.filter { command.proves($0.command) }
    let choice = generator.oneIn(8) || fitting.isEmpty ? all : fitting
    return choice[generator.number(below: choice.count)]
  }

  private mutating func handOn(
    _ held: Command, from giver: SigningKey, to receiver: DID
  ) throws -> Verified<Delegation> {
    let wider = [Command.top, .vault, .push, .pull]
    let command = generator.oneIn(5) ? wider[generator.number(below: 4)] : held
    let scope = vault.scopes[generator.number(below: vault.scopes.count)]
    var conditions: [PolicyStatement] = []
    switch generator.number(below: 8) {
    case 0: conditions = [try .scopes([scope])]
    case 1: conditions = [try .hops(atMost: 3)]
    case 2: conditions = [.not(.compare(.equal, try Selector(".scope"), .scope(scope)))]
    case 3: conditions = [.like(try Selector(".path"), try LikePattern("*"))]
    case 4: conditions = [.or([]), .and([])]
    case 5: conditions = [.compare(.lessOrEqual, try Selector(".size"), .int(2))]
    default: break
    }
    let now = TestVault.now.seconds
    return try Delegation.issue(
      Delegation.Terms(
        audience: receiver, subject: generator.oneIn(20) ? nil : vault.genesis.vault,
        command: command, policy: CapabilityPolicy(conditions),
        notBefore: generator.oneIn(15) ? now + Int64(generator.number(below: 200)) : nil,
        expiresAt: generator.oneIn(10) ? now - Int64(generator.number(below: 200)) : nil),
      by: giver, using: &generator)
  }

  // MARK: What is wrong

  private mutating func mutate(_ draft: inout Draft, _ made: inout MutatedRequest) throws {
    let kind = Kind.allCases[generator.number(below: Kind.allCases.count)]
    made.changes.append(kind.rawValue)
    switch kind {
    case .command: draft.fields["cmd"] = .text(oddCommand())
    case .scope: draft.arguments["scope"] = oddScope(draft.arguments["scope"])
    case .shard:
      draft.arguments["shard"] = generator.oneIn(2) ? nil : .bytes(generator.nextBytes(32))
    case .argument: mutateArgument(&draft)
    case .issuer:
      let all = keys.keys.sorted()
      let someone = all[generator.number(below: all.count)]
      draft.fields["iss"] = .did(someone)
      // Sometimes with the key to it.
      if generator.oneIn(2) { draft.signer = keys[someone] ?? stranger }
    case .audience:
      draft.fields["aud"] =
        [.did(other), nil, .null, .did(vault.genesis.vault)][
          generator.number(below: 4)]
    case .subject:
      draft.fields["sub"] = .did([other, node, vault.genesis.vault][generator.number(below: 3)])
    case .time: mutateTime(&draft)
    case .clock: made.now += [-3_000, -200, 300, 359, 361, 900][generator.number(below: 6)]
    case .nonce:
      draft.fields["nonce"] = .bytes(generator.nextBytes([0, 64, 65][generator.number(below: 3)]))
    case .body: made.body = generator.oneIn(2) ? [1, 2, 4] : [1, 2, 3, 4]
    case .chain: mutateChain(&draft, &made)
    case .proofs:
      made.proofs = generator.oneIn(2) ? [] : made.proofs.map { Array($0.dropLast()) } + [[1, 2]]
    case .field:
      let odd = ["meta", "cause", "more", "iat", "exp", "cmd", "sub"]
      draft.fields[odd[generator.number(below: odd.count)]] = .bytes([1])
    }
  }

  private enum Kind: String, CaseIterable {
    case command, scope, shard, argument, issuer, audience, subject, time, clock, nonce, body,
      chain, proofs, field
  }

  private mutating func oddCommand() -> String {
    let odd = [
      "/vault/pull", "/vault", "/", "/vault/pull/../push/log", "/vault/pull/log/", "//vault/pull",
      "/Vault/pull/log", "/vault/push/log", "/vault/push/blob", "/vault/admin/grant",
      "/vault/pull/policy", "/vault/pull/heads", "/vault/pull/log/more", "/host/usage",
      "/host/store", "vault/pull/log", "", "/vault/pull/ｌog", "/vault/pull/lo\u{301}g",
      "/vault/pull/*", "/vault/edit/put", "/ucan/revoke",
    ]
    return odd[generator.number(below: odd.count)]
  }

  private mutating func oddScope(_ present: CBORValue?) -> CBORValue? {
    switch generator.number(below: 6) {
    case 0: nil
    case 1: .bytes(generator.nextBytes(16))
    case 2: .bytes(Array((present?.asBytes ?? []).dropLast()))
    case 3: .text("*")
    case 4: .null
    default: .scope(vault.scopes[generator.number(below: vault.scopes.count)])
    }
  }

  private mutating func mutateArgument(_ draft: inout Draft) {
    switch generator.number(below: 8) {
    case 0: draft.arguments["hops"] = .int(generator.number(below: 4))
    case 1: draft.arguments["size"] = .int(generator.number(below: 5) - 1)
    case 2: draft.arguments["digest"] = .bytes(generator.nextBytes(32))
    case 3: draft.arguments["path"] = .text("../photos")
    case 4: draft.arguments["hops"] = nil
    case 5: draft.arguments["digest"] = nil
    case 6: draft.arguments["size"] = .text("3")
    default: draft.arguments["\(generator.number(below: 9))"] = .null
    }
  }

  private mutating func mutateTime(_ draft: inout Draft) {
    let now = TestVault.now.seconds
    switch generator.number(below: 6) {
    case 0: draft.fields["exp"] = .null
    case 1: draft.fields["iat"] = nil
    case 2: draft.fields["exp"] = .int(now + 1_000)
    case 3: (draft.fields["iat"], draft.fields["exp"]) = (.int(now + 100), .int(now + 200))
    case 4: (draft.fields["iat"], draft.fields["exp"]) = (.int(now - 500), .int(now - 200))
    default: draft.fields["exp"] = .int(now - 70)
    }
  }

  private mutating func mutateChain(_ draft: inout Draft, _ made: inout MutatedRequest) {
    let count = draft.links.count
    switch generator.number(below: 7) {
    case 0 where count > 0: draft.links.remove(at: generator.number(below: count))
    case 1 where count > 1: draft.links.swapAt(0, count - 1)
    case 2 where count > 0: draft.links.append(draft.links[generator.number(below: count)])
    case 3: draft.links.append(.link(CID(codec: .dagCBOR, digest: Bytes32(words: (9, 9, 9, 9)))))
    case 4 where !chains.isEmpty:
      // The chain of somebody else.
      let chosen = chains[generator.number(below: chains.count)]
      draft.links = chosen.links.map { .link($0.token.cid) }
    case 5:
      draft.links = []
    default:
      while draft.links.count < 9 { draft.links.append(draft.links.first ?? .null) }
    }
    // Mostly the number of links is told truly, so that it is not that which is refused.
    if !generator.oneIn(4) { draft.arguments["hops"] = .int(draft.links.count) }
  }
}
