import VaultCRDT
import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultStore
public import VaultSync

/// One of the vault's nodes, as the owner knows it.
public struct NodeSummary: Hashable, Sendable {
  /// The node.
  public var did: DID
  /// What the owner calls it.
  public var name: String
  /// Where it is reached.
  public var url: String
  /// The region.
  public var region: String?
  /// The operator.
  public var operatorName: String?
  /// How many bytes the vault may store there; nil before the first exchange.
  public var quotaBytes: Int?
}

extension Vault {
  /// The nodes in the vault's settings, without removed ones, by name.
  var nodeBook: [DID: NodeEntry] {
    var book: [DID: NodeEntry] = [:]
    let settings = tree.settings(prefix: NodeEntry.prefix)
    guard !settings.isEmpty else {
      for bytes in facts.firstNodes {
        if let entry = nodeEntry(bytes) { book[entry.record.node] = entry }
      }
      return book
    }
    for (key, value) in settings {
      guard let node = Bytes32(key.dropFirst(NodeEntry.prefix.count)),
        let entry = nodeEntry(value), entry.record.node.key == node,
        !entry.isRemoved
      else { continue }
      book[DID(key: node)] = entry
    }
    return book
  }

  /// Decodes a node's setting; its signature is verified once, however often it is read.
  private func nodeEntry(_ setting: [UInt8]) -> NodeEntry? {
    if let known = verifiedNodes[setting] { return known }
    guard let entry = try? NodeEntry(decoding: setting) else { return nil }
    verifiedNodes[setting] = entry
    return entry
  }

  /// The vault's nodes, by name.
  public func nodes() -> [NodeSummary] {
    nodeBook.map { did, entry in
      NodeSummary(
        did: did, name: entry.name, url: entry.record.addresses[0], region: entry.region,
        operatorName: entry.operatorName)
    }.sorted { ($0.name, $0.did) < ($1.name, $1.did) }
  }

  /// «Any k of n»: what the owner set, or what suits the number of nodes.
  public func redundancy() -> Redundancy {
    tree.setting(Redundancy.settingKey).flatMap { Redundancy(decoding: $0) }
      ?? .suiting(nodeCount: nodeBook.count)
  }

  /// Sets «any k of n» for what is stored from now on; `sync` spreads what is there anew.
  public func setRedundancy(_ redundancy: Redundancy) throws {
    try commit { draft in
      try draft.setSetting(Redundancy.settingKey, to: redundancy.bytes)
    }
  }

  /// Takes up a host's invitation: enrolls at the node, grants it the right to hold, and notes it.
  public func addNode(
    _ invitation: Invitation, name: String?, region: String?, operatorName: String?
  ) async throws -> NodeSummary {
    let record = invitation.record
    let book = nodeBook
    let wanted = name ?? "node\(book.count + 1)"
    if let clash = book.first(where: { $0.value.name == wanted && $0.key != record.node }) {
      throw FreeholdError(
        .usage, "a node called \(clash.value.name) is there already",
        hint: "choose another with --name")
    }
    let entry = NodeEntry(
      name: wanted, record: record, region: region ?? record.region,
      operatorName: operatorName ?? record.operatorName, weight: 100, isRemoved: false)
    let answer = try await enroll(invitation, as: entry)
    try grantHold(to: record.node)
    try commit { draft in
      try draft.setSetting(NodeEntry.key(record.node), to: entry.bytes)
    }
    try mirrorNodes()
    return NodeSummary(
      did: record.node, name: wanted, url: record.addresses[0], region: entry.region,
      operatorName: entry.operatorName, quotaBytes: answer.quotaBytes)
  }

  /// Stops using a node: nothing new goes there, and its shards are placed anew.
  public func removeNode(_ name: String) throws {
    guard let found = nodeBook.first(where: { $0.value.name == name || $0.key.text == name })
    else {
      throw FreeholdError(
        .usage, "there is no node called \(name)", hint: "freehold node list shows them")
    }
    var entry = found.value
    entry.isRemoved = true
    let value = entry.bytes
    try commit { draft in try draft.setSetting(NodeEntry.key(found.key), to: value) }
    try database.write { try $0.removeNode(found.key) }
  }

  private func enroll(
    _ invitation: Invitation, as entry: NodeEntry
  ) async throws -> EnrollResponse {
    let enrollment = try Enrollment(
      vault: self.did, node: invitation.record.node, token: invitation.token,
      time: environment.clock.now(), by: keys.signing)
    let request = EnrollRequest(
      token: invitation.token, genesis: facts.genesis.bytes, policy: policy.entries.map(\.bytes),
      enrollment: enrollment.bytes)
    let client = try client(for: invitation.record.node, entry, meter: TrafficMeter())
    do {
      return try await client.enroll(request)
    } catch {
      throw NodeTrouble(error, name: entry.name, url: entry.record.addresses[0]).asError
    }
  }

  /// Makes the local list of nodes say what the settings say.
  func mirrorNodes() throws {
    let book = nodeBook
    try database.write { transaction in
      let known = try transaction.nodes()
      for (node, entry) in book.sorted(by: { $0.key < $1.key }) {
        let stored = StoredNode(
          did: node, name: entry.name, url: entry.record.addresses[0],
          record: entry.record.bytes,
          facts: known.first { $0.did == node }?.facts ?? [])
        if known.first(where: { $0.did == node }) != stored { try transaction.setNode(stored) }
      }
      for node in known where book[node.did] == nil { try transaction.removeNode(node.did) }
    }
  }

  /// Clients of all nodes, in the order of the nodes' identities.
  func clients(meter: TrafficMeter) throws -> [NodeClient] {
    try nodeBook.sorted { $0.key < $1.key }.map { try client(for: $0.key, $0.value, meter: meter) }
  }

  /// A client that asks a node in this device's name; in the former one as long as that has not let
  /// the new one in: only to read.
  ///
  /// It asks about this scope, or about everything that this device may read.
  func client(
    for node: DID, _ entry: NodeEntry, meter: TrafficMeter, asksAll: Bool = false
  ) throws -> NodeClient {
    let signers = signers(for: node)
    guard !signers.isEmpty else {
      throw FreeholdError(
        .refused, "this device has no live grant in the vault's policy",
        hint: "whoever shared it can grant it again")
    }
    return NodeClient(
      node: node, name: entry.name, record: entry.record, environment: environment,
      signers: signers, scope: asksAll ? nil : scope, meter: meter)
  }

  /// How this device signs for a node: one signer for reading the scope, one for writing.
  private func signers(for node: DID) -> [RequestSigner] {
    let state = policy.state
    let requests = [Request.pullHead(scope: scope), .pushLog(scope: scope)]
    for key in [keys.signing, succession.former?.signing].compactMap({ $0 }) {
      let grants = requests.compactMap { state.grant(for: key.did, allowing: $0) }
      guard !grants.isEmpty else { continue }
      return grants.map { grant in
        RequestSigner(subject: did, node: node, chain: state.chain(of: grant.entry), key: key)
      }
    }
    return []
  }
}
