import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// A real log of several devices that do not always hear of one another.
///
/// Each device has a log of its own and writes on what it knows, so revoked devices go on, two
/// revoke each other, scopes are named twice and keys start side by side.
struct RandomVault {
  let root: RootKeys
  let genesis: Genesis
  let devices: [DeviceKeys]
  let guests: [DeviceKeys]
  let scopes: [ScopeID]
  /// Every entry that anybody wrote, each after what it builds on.
  private(set) var entries: [PolicyEntry] = []
  private var logs: [PolicyLog] = []
  private var known: Set<CID> = []
  private var generator: SeededGenerator

  init(using source: inout SeededGenerator) throws {
    var generator = SeededGenerator(seed: source.next())
    root = try RootKeys(entropy: SecretBytes(generator.nextBytes(32)))
    var drawn: [DeviceKeys] = []
    for _ in 0..<7 { drawn.append(DeviceKeys.generate(using: &generator)) }
    devices = Array(drawn[..<4])
    guests = Array(drawn[4...])
    scopes = [
      .generate(using: &generator), .generate(using: &generator), .generate(using: &generator),
    ]
    let first = devices[0]
    let founding = try Founding.founding(
      root: root, device: first.signing.did, deviceKEM: first.kem.publicKey,
      rootScope: scopes[0], seals: [first.signing.did: [1], root.signing.did: [2]],
      time: Timestamp(milliseconds: 1), using: &generator)
    genesis = founding.genesis
    self.generator = generator
    // The second and third are let in by the first, the fourth by the third.
    var log = founding.log
    for (number, giver) in [(1, 0), (2, 0), (3, 2)] {
      var author = try PolicyAuthor(device: devices[giver].signing, log: log)
      try author.grantDevice(
        devices[number].signing.did, kem: devices[number].kem.publicKey,
        rank: UInt64(number + 1) * 10, using: &self.generator)
      log = author.log
    }
    logs = Array(repeating: log, count: devices.count)
    note(log.entries)
  }

  private mutating func note(_ written: [PolicyEntry]) {
    for entry in written where known.insert(entry.cid).inserted { entries.append(entry) }
  }

  /// Has somebody do something, so many times.
  mutating func grow(by count: Int) throws {
    for _ in 0..<count {
      let who = generator.number(below: devices.count)
      if generator.oneIn(3) {
        let other = logs[generator.number(below: devices.count)].entries
        for entry in other { _ = try logs[who].add(entry.bytes) }
      }
      // Whoever knows that it was put out writes no more.
      guard var author = try? PolicyAuthor(device: devices[who].signing, log: logs[who]) else {
        continue
      }
      let before = author.entries.count
      try act(as: &author)
      logs[who] = author.log
      note(Array(author.entries.dropFirst(before)))
    }
  }

  private mutating func act(as author: inout PolicyAuthor) throws {
    let scope = scopes[generator.number(below: scopes.count)]
    switch generator.number(below: 10) {
    case 0..<4: try grant(as: &author, in: scope)
    case 4, 5: try revoke(as: &author)
    case 6: try startEpoch(as: &author, of: scope)
    case 7:
      guard let epoch = author.state.latestEpochs(of: scope).first else { return }
      let reader = guests[generator.number(below: guests.count)].signing.did
      try author.addSeals(
        to: epoch.entry, seals: [reader: generator.nextBytes(4)])
    case 8: try author.nameScope(scope, parent: generator.oneIn(2) ? nil : scopes[0])
    default:
      let key = "key\(generator.number(below: 3))"
      let value: CBORValue = generator.oneIn(4) ? .null : .int(generator.number(below: 100))
      try author.changeSettings([key: value])
    }
  }

  private mutating func grant(as author: inout PolicyAuthor, in scope: ScopeID) throws {
    let guest = guests[generator.number(below: guests.count)]
    let commands = [Command.pull, .push, .edit]
    var conditions = [try PolicyStatement.scopes([scope])]
    if !generator.oneIn(4) { conditions.append(try .hops(atMost: 2 + generator.number(below: 3))) }
    let now = TestVault.now.seconds
    try author.grant(
      commands[generator.number(below: 3)], to: guest.signing.did,
      kem: generator.oneIn(2) ? guest.kem.publicKey : nil,
      policy: CapabilityPolicy(conditions),
      notBefore: generator.oneIn(12) ? now + 1_000 : nil,
      expiresAt: generator.oneIn(6) ? now + Int64(generator.number(below: 400)) - 200 : nil,
      using: &generator)
  }

  private mutating func revoke(as author: inout PolicyAuthor) throws {
    let isByName = generator.oneIn(3)
    // Mostly guests; now and then a device, whatever its rank.
    let everybody = guests + guests + devices
    let subject = everybody[generator.number(below: everybody.count)].signing.did
    if isByName {
      try author.revoke(.principal(subject), keptOperations: .none)
    } else if let grant = author.state.grants(to: subject).first(where: \.isLive) {
      try author.revoke(.grant(grant.entry), keptOperations: .none)
    }
  }

  private mutating func startEpoch(as author: inout PolicyAuthor, of scope: ScopeID) throws {
    let seals = author.state.recipients(of: scope).map { ($0.did, generator.nextBytes(4)) }
    try author.startEpoch(
      of: scope, seals: Dictionary(uniqueKeysWithValues: seals), history: [:])
  }

  /// The entries in another order in which each comes after what it builds on.
  mutating func reordered() throws -> [PolicyEntry] {
    var log = PolicyLog(genesis: genesis)
    for entry in entries.shuffled(using: &generator) { _ = try log.add(entry.bytes) }
    return log.entries
  }
}
