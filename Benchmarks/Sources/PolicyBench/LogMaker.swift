import FreeholdTestKit
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// Makes entries of a policy log by its format (docs/spec/policy.md), and not by the code that
/// writes logs, which looks at its log each time.
///
/// What a large family does in a long life: ten devices, two hundred shared folders, mostly grants
/// to people, a tenth of the entries revocations, a tenth new keys.
struct LogMaker {
  let root: RootKeys
  let genesis: Genesis
  private(set) var entries: [[UInt8]] = []
  private(set) var generator: SeededGenerator
  /// Root first, then the devices.
  private var actors: [Actor]
  private var scopes: [(scope: ScopeID, epoch: (entry: CID, number: UInt64)?)] = []
  private var grants: [(entry: CID, principal: DID)] = []
  private var last: CID?
  /// A few keys for all: that they are keys is looked at, not whose they are.
  private let people: [DeviceKeys]

  /// Who writes: root, or a device with a rank.
  struct Actor {
    let key: SigningKey
    let kem: KEMPublicKey
    var grant: CID?
    var sequence: UInt64 = 0
    var last: CID?
  }

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    root = try RootKeys(entropy: SecretBytes(generator.bytes(32)))
    genesis = try Genesis.issue(
      root: root.signing, kem: root.kem.publicKey, mldsaPublicKeyHash: root.mldsaPublicKeyHash,
      time: Timestamp(milliseconds: 1_800_000_000_000))
    actors = [Actor(key: root.signing, kem: root.kem.publicKey)]
    var drawn: [DeviceKeys] = []
    for _ in 0..<300 { drawn.append(DeviceKeys.generate(using: &generator)) }
    people = drawn
    for number in 0..<10 { try addDevice(rank: UInt64(number + 1) * 10) }
    for _ in 0..<200 { try addScope() }
  }

  var vault: DID { genesis.vault }
  var devices: ArraySlice<Actor> { actors.dropFirst() }
  var firstScope: ScopeID { scopes[0].scope }

  mutating func grow(to count: Int) throws {
    while entries.count < count {
      switch generator.number(in: 0...99) {
      case 0..<10: try addRevocation()
      case 10..<20: try addEpoch(in: generator.number(in: 0...(scopes.count - 1)))
      case 20..<24: try addSettings()
      case 24..<28: try addSeal()
      default: try addGrant()
      }
    }
  }

  private mutating func addDevice(rank: UInt64) throws {
    let keys = DeviceKeys.generate(using: &generator)
    let delegation = try Delegation.issue(
      Delegation.Terms(audience: keys.signing.did, subject: vault, command: .vault),
      by: root.signing, using: &generator)
    let body = grantBody(delegation, rank: rank, kem: keys.kem.publicKey)
    let entry = try write([("grant", body)], by: 0)
    actors.append(Actor(key: keys.signing, kem: keys.kem.publicKey, grant: entry))
  }

  private mutating func addScope() throws {
    let scope = ScopeID.generate(using: &generator)
    let body = CBORValue.map([
      ("scope", .scope(scope)),
      ("parent", scopes.first.map { .scope($0.scope) } ?? .null), ("label", .null),
    ])
    _ = try writeByDevice([("scope", body)])
    scopes.append((scope, nil))
    try addEpoch(in: scopes.count - 1)
  }

  private mutating func addEpoch(in index: Int) throws {
    var seals: [CBORPair] = []
    for device in devices.prefix(4) {
      seals.append(CBORPair(key: device.key.did.text, value: .bytes(generator.bytes(1_190))))
    }
    let before = scopes[index].epoch
    let number = before.map { $0.number + 1 } ?? 0
    let body = CBORValue.map([
      ("scope", .scope(scopes[index].scope)), ("number", .unsigned(number)),
      ("seals", .map(seals)), ("extends", .null),
      (
        "back",
        .array(before.map { [.array([.link($0.entry), .bytes(generator.bytes(80))])] } ?? [])
      ),
    ])
    let entry = try writeByDevice([("epoch", body)])
    scopes[index].epoch = (entry, number)
  }

  private mutating func addGrant() throws {
    let person = people[generator.number(in: 0...(people.count - 1))]
    let scope = scopes[generator.number(in: 0...(scopes.count - 1))].scope
    let command = [Command.pull, .push, .edit][generator.number(in: 0...2)]
    let conditions = CapabilityPolicy([try .scopes([scope]), try .hops(atMost: 2)])
    let number = anyDevice()
    let delegation = try Delegation.issue(
      Delegation.Terms(
        audience: person.signing.did, subject: vault, command: command, policy: conditions),
      by: actors[number].key, using: &generator)
    let kem = command == .pull ? person.kem.publicKey : nil
    let entry = try write(
      [("grant", grantBody(delegation, rank: nil, kem: kem))], by: number)
    grants.append((entry, person.signing.did))
  }

  private mutating func addRevocation() throws {
    guard !grants.isEmpty else { return try addGrant() }
    let grant = grants[generator.number(in: 0...(grants.count - 1))]
    let isByName = generator.happens(onceIn: 4)
    let kept = CBORValue.map([
      CBORPair(
        key: grant.principal.text,
        value: .array([.array([.scope(firstScope), .unsigned(9), .bytes(Bytes32.zero)])]))
    ])
    let body = CBORValue.map([
      ("target", isByName ? .null : .link(grant.entry)),
      ("principal", isByName ? .did(grant.principal) : .null),
      ("keep", .map([] as [CBORPair])), ("keepOps", kept), ("ucan", .null),
    ])
    _ = try writeByDevice([("revoke", body)])
  }

  private mutating func addSettings() throws {
    let key = "key\(generator.number(in: 0...20))"
    _ = try writeByDevice([
      ("settings", .map([("values", .map([(key, .int(entries.count))]))]))
    ])
  }

  private mutating func addSeal() throws {
    guard let grant = grants.last else { return try addGrant() }
    _ = try writeByDevice([
      ("seal", .map([("grant", .link(grant.entry)), ("keepOps", .map([] as [CBORPair]))]))
    ])
  }

  private func grantBody(
    _ delegation: Verified<Delegation>, rank: UInt64?, kem: KEMPublicKey?
  ) -> CBORValue {
    .map([
      ("ucan", .bytes(delegation.token.envelope.bytes)),
      ("to", .did(delegation.token.terms.audience)),
      ("rank", rank.map { .unsigned($0) } ?? .null),
      ("kem", kem.map { .bytes($0.bytes) } ?? .null),
    ])
  }

  private mutating func writeByDevice(_ body: [(String, CBORValue)]) throws -> CID {
    try write(body, by: anyDevice())
  }

  private mutating func anyDevice() -> Int { generator.number(in: 1...(actors.count - 1)) }

  /// Each entry has seen the one before it, whoever wrote it.
  private mutating func write(
    _ body: [(String, CBORValue)], by number: Int
  ) throws -> CID {
    let actor = actors[number]
    let seen = last.flatMap { $0 == actor.last || $0 == actor.grant ? nil : [$0] } ?? []
    let payload = CBORValue.map([
      ("vault", .did(vault)), ("by", actor.grant.map { .link($0) } ?? .text("root")),
      ("seq", .unsigned(actor.sequence)), ("prev", actor.last.map { .link($0) } ?? .null),
      ("deps", .array(seen.map { .link($0) })), ("body", .map(body)),
    ])
    let entry = try Envelope.signed(tag: PolicyEntry.tag, payload: payload, by: actor.key)
    actors[number].sequence += 1
    actors[number].last = entry.cid
    last = entry.cid
    entries.append(entry.bytes)
    return entry.cid
  }
}
