import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

// A copied home becomes a new device.
//
// Two homes with one key would sign different things with one number, and every other device would
// have to take one of them for a forger. So whoever notices that it is a copy makes new keys before
// it signs anything, and the old feed goes on as somebody else's. The old keys sign one thing more:
// the entry that lets the new ones in, after the newest policy was fetched, so that they do not
// write beside what the other home wrote.
//
// It is noticed at the start, by `HomeMark`; or by a head that a node shows: see `Vault+Fork`.

extension Vault {
  /// Where it is noted that the folder is to be compared with the vault before it is taken in.
  static let comparesKey = "compares-anew"

  /// Makes new keys for a home that is a copy; nothing else is done before that.
  static func succeed(
    _ store: VaultHome, _ succession: DeviceSuccession, _ facts: VaultFacts,
    in environment: Environment
  ) throws -> (DeviceSuccession, VaultFacts) {
    var generator = environment.makeGenerator()
    let next = try succession.succeeded(using: &generator)
    var facts = facts
    facts.deviceName = nextName(facts.deviceName)
    let mark = try HomeMark.make(store, on: environment.disk)
    var former = try store.database.read { try FormerDevices($0) }
    former.add(succession.keys.signing.did)
    try store.database.write { transaction in
      try former.store(transaction)
      try next.store(transaction, vault: facts.vault, using: &generator)
      try facts.store(transaction)
      try transaction.setMeta(comparesKey, to: [1])
      try HomeMark.keep(mark, transaction)
    }
    return (next, facts)
  }

  /// The next name of a row: `laptop`, `laptop-2`, `laptop-3`.
  static func nextName(_ name: String) -> String {
    let parts = name.split(separator: "-")
    guard parts.count > 1, let last = parts.last, let number = Int(last), number >= 2,
      number < 1_000
    else { return name + "-2" }
    return name.dropLast(last.utf8.count) + "\(number + 1)"
  }

  static func sentence(_ facts: VaultFacts) -> String {
    "this home is a copy, or came out of a backup: from now on it is the new device "
      + facts.deviceName
  }

  /// Whether what lies in the folder is to be compared with the vault before it is taken in: the
  /// folder may be older or newer than what this home knows.
  var comparesAnew: Bool { ((try? database.read { try $0.meta(Self.comparesKey) }) ?? nil) != nil }

  /// Notes that it was compared.
  func endComparison() throws { try database.write { try $0.setMeta(Self.comparesKey, to: nil) } }

  /// Says who this device is, and who it was, once, and writes again what was written under the
  /// former name.
  func takeUpSuccession() throws {
    try nameDevice()
    try tellFormerDevices()
    try replay()
  }

  /// Tells the vault's devices which ones this was: their keys may still be in this home.
  private func tellFormerDevices() throws {
    let former = try database.read { try FormerDevices($0) }.setting
    let key = DeviceSetting.formerKey(device.key)
    guard !isPart, !former.isEmpty, tree.setting(key) != former else { return }
    try commit { try $0.setSetting(key, to: former) }
  }

  /// The devices with access whose keys may be in the home of another one, because it was they.
  func formerDevices(of device: DID) throws -> [DeviceSummary] {
    let named = Set(FormerDevices.devices(tree.setting(DeviceSetting.formerKey(device.key))))
    return try devices().filter { $0.isActive && named.contains($0.did) }
  }

  /// What this device can open now.
  func makeKeyring() -> Keyring { succession.keyring(policy.state) }

  // MARK: Letting the new keys in

  /// Has the former keys let the new ones in: fetches the newest policy with them, writes the
  /// entry, and tells the nodes that answered.
  ///
  /// Throws `offline` when no node answers: everything is saved here, and the next sync does it.
  func completeSuccession() async throws {
    guard !isPart, let former = succession.former else { return }
    if policy.state.managerGrant(of: device) == nil {
      let clients = try formerClients(former)
      let heard = try await fetchPolicy(clients)
      guard policy.state.managerGrant(of: former.signing.did) != nil else { throw Self.shutOut }
      var author = try PolicyAuthor(device: former.signing, log: policy)
      var random = generator
      defer { generator = random }
      try author.grantDevice(device, kem: keys.kem.publicKey, using: &random)
      try author.settleKeys(keyring, using: &random)
      let written = author.entries
      try database.write { transaction in
        for entry in written { try transaction.addPolicyEntry(entry.cid, bytes: entry.bytes) }
      }
      policy = author.log
      keyring = makeKeyring()
      let grown = policy
      for client in heard { _ = try? await Self.bringPolicy(grown, to: client) }
    }
    let settled = DeviceSuccession(keys: keys)
    var random = generator
    try database.write { try settled.store($0, vault: did, using: &random) }
    generator = random
    succession = settled
    keyring = makeKeyring()
  }

  private static var shutOut: FreeholdError {
    FreeholdError(
      .refused, "this home is a copy of a device that was revoked",
      hint: "freehold link on a device of the vault, then freehold join into a new home: --home")
  }

  private func formerClients(_ former: DeviceKeys) throws -> [NodeClient] {
    let state = policy.state
    guard let grant = state.managerGrant(of: former.signing.did) else { throw Self.shutOut }
    let chain = state.chain(of: grant.entry)
    return nodeBook.sorted { $0.key < $1.key }.map { node, entry in
      NodeClient(
        node: node, name: entry.name, record: entry.record, environment: environment,
        signers: [RequestSigner(subject: did, node: node, chain: chain, key: former.signing)],
        meter: TrafficMeter())
    }
  }

  /// Takes in the policy of every node that answers; those that did.
  private func fetchPolicy(_ clients: [NodeClient]) async throws -> [NodeClient] {
    var heard: [NodeClient] = []
    var trouble: NodeTrouble?
    for client in clients {
      do {
        try adoptPolicy(try await client.policyLog())
        heard.append(client)
      } catch {
        try Task.checkCancellation()
        trouble = NodeTrouble(error, at: client)
      }
    }
    if let trouble, heard.isEmpty {
      throw trouble.code == .refused ? Self.shutOut : trouble.asError
    }
    return heard
  }
}
