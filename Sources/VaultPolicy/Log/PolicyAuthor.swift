public import VaultCrypto
public import VaultEncoding

/// Writes entries as one actor: builds each on what its log knows, signs it, and adds it.
///
/// The entries it wrote are in `entries`, to be stored and sent; its `log` has them already.
public struct PolicyAuthor: Sendable {
  /// Whom it writes as.
  public let actor: PolicyActor
  /// The log with everything written so far.
  public private(set) var log: PolicyLog
  /// What was written, in order.
  public private(set) var entries: [PolicyEntry] = []
  private let key: SigningKey

  /// An author with root's key.
  public init(root key: SigningKey, log: PolicyLog) throws(PolicyError) {
    guard key.did == log.vault else {
      throw PolicyError(.cannotAuthor, "the key is not the vault's root")
    }
    self.init(key: key, actor: .root, log: log)
  }

  /// An author with a device's key, under its most senior live grant with a rank.
  public init(device key: SigningKey, log: PolicyLog) throws(PolicyError) {
    guard let grant = log.evaluate().managerGrant(of: key.did) else {
      throw PolicyError(.cannotAuthor, "\(key.did) has no live grant with a rank")
    }
    self.init(key: key, actor: .grant(grant.entry), log: log)
  }

  private init(key: SigningKey, actor: PolicyActor, log: PolicyLog) {
    self.key = key
    self.actor = actor
    self.log = log
  }

  /// Lets somebody in with one command.
  ///
  /// Managers have a rank, readers a KEM key.
  @discardableResult
  public mutating func grant(
    _ command: Command, to principal: DID, rank: UInt64? = nil, kem: KEMPublicKey? = nil,
    policy: CapabilityPolicy = .none, notBefore: Int64? = nil, expiresAt: Int64? = nil,
    using generator: inout some RandomNumberGenerator
  ) throws(PolicyError) -> PolicyEntry {
    let terms = Delegation.Terms(
      audience: principal, subject: log.vault, command: command, policy: policy,
      notBefore: notBefore, expiresAt: expiresAt)
    let delegation: Verified<Delegation>
    do {
      delegation = try Delegation.issue(terms, by: key, using: &generator)
    } catch {
      throw PolicyError(.cannotAuthor, "the delegation cannot be made: \(error.sentence)")
    }
    return try write(.grant(GrantBody(delegation: delegation, rank: rank, kem: kem)))
  }

  /// Lets a device in as a manager.
  ///
  /// A rank of nil takes the next free ten.
  @discardableResult
  public mutating func grantDevice(
    _ device: DID, kem: KEMPublicKey, rank: UInt64? = nil,
    using generator: inout some RandomNumberGenerator
  ) throws(PolicyError) -> PolicyEntry {
    try grant(
      .vault, to: device, rank: rank ?? nextRank(), kem: kem, using: &generator)
  }

  /// Lets a node hold the vault: one entry for each command of a holder.
  @discardableResult
  public mutating func grantHold(
    to node: DID, using generator: inout some RandomNumberGenerator
  ) throws(PolicyError) -> [PolicyEntry] {
    var written: [PolicyEntry] = []
    for command in Command.holder {
      written.append(try grant(command, to: node, using: &generator))
    }
    return written
  }

  /// Puts somebody out.
  ///
  /// `keptOperations` says which operations of the devices that fall still count: the caller's
  /// frontier; nothing that it leaves out stays.
  @discardableResult
  public mutating func revoke(
    _ subject: RevokeBody.Subject, keptOperations: KeptOperations
  ) throws(PolicyError) -> PolicyEntry {
    let state = log.state
    let body = RevokeBody(
      subject: subject, keep: state.keepMap(revoking: subject), keptOperations: keptOperations,
      invocation: try ucanRevocation(of: subject, state: state))
    return try write(.revoke(body))
  }

  /// Starts a key of a scope.
  ///
  /// `seals` are made for `PolicyState.recipients`, and `history` seals the keys of the epochs
  /// before under the new one. Returns the entry that names the epoch; seals that one entry cannot
  /// hold go into further ones.
  @discardableResult
  public mutating func startEpoch(
    of scope: ScopeID, seals: [DID: [UInt8]], history: [CID: [UInt8]]
  ) throws(PolicyError) -> PolicyEntry {
    let state = log.state
    let followed = Set(state.latestEpochs(of: scope).map(\.entry)).union(history.keys).sorted()
    let links = followed.prefix(PolicyLimits.backMax).map {
      EpochBody.Link(epoch: $0, sealedKey: history[$0])
    }
    let number = links.compactMap { state.epoch($0.epoch)?.number }.max().map { $0 + 1 } ?? 0
    let portions = Self.portions(of: seals)
    let first = try write(
      .epoch(
        EpochBody(scope: scope, number: number, seals: portions.first ?? [:], follows: links)))
    try extend(first, scope: scope, number: number, portions: portions.dropFirst())
    return first
  }

  /// Seals the key of an epoch to more readers.
  public mutating func addSeals(
    to epoch: CID, seals: [DID: [UInt8]]
  ) throws(PolicyError) {
    guard let entry = log.entry(epoch), let body = entry.epoch, body.extends == nil else {
      throw PolicyError(.cannotAuthor, "\(epoch) starts no epoch")
    }
    try extend(
      entry, scope: body.scope, number: body.number, portions: Self.portions(of: seals)[...])
  }

  /// Names a unit of read access.
  @discardableResult
  public mutating func nameScope(
    _ scope: ScopeID, parent: ScopeID?, label: [UInt8]? = nil
  ) throws(PolicyError) -> PolicyEntry {
    try write(.scope(ScopeBody(scope: scope, parent: parent, label: label)))
  }

  /// Changes settings; null removes one.
  @discardableResult
  public mutating func changeSettings(_ values: CBORMap) throws(PolicyError) -> PolicyEntry {
    try write(.settings(SettingsBody(values)))
  }

  /// Fixes which operations of an expired grant count.
  @discardableResult
  public mutating func sealOperations(
    of grant: CID, keptOperations: KeptOperations
  ) throws(PolicyError) -> PolicyEntry {
    try write(.seal(SealBody(grant: grant, keptOperations: keptOperations)))
  }

  /// The next free ten: 10 for the first device, then 20, …, always below the author itself.
  public mutating func nextRank() -> UInt64 {
    let state = log.state
    let own = actor.grant.flatMap { state.grant($0)?.rank } ?? 0
    let highest = state.grants.compactMap(\.rank).max() ?? 0
    return (max(own, highest) / 10 + 1) * 10
  }

  /// A rank above every live manager's, for a device that root lets in: 9 above the first 10.
  ///
  /// When there is no room above, the highest that there is: equals cannot revoke each other.
  public mutating func seniorRank() -> UInt64 {
    let highest = log.state.managers.first?.rank ?? Founding.firstRank + 1
    return max(1, highest - 1)
  }
}

extension PolicyAuthor {
  /// What the log amounts to with everything written so far.
  public var state: PolicyState {
    mutating get { log.state }
  }

  /// Builds, signs and adds an entry.
  private mutating func write(_ body: PolicyBody) throws(PolicyError) -> PolicyEntry {
    let place = place()
    let entry = try PolicyEntry.issue(
      vault: log.vault, actor: actor, sequence: place.last.map { $0.sequence + 1 } ?? 0,
      previous: place.last?.cid, dependencies: place.frontier, body: body, by: key)
    guard case .accepted = try log.add(entry.bytes) else {
      throw PolicyError(.cannotAuthor, "the entry builds on something that the log lacks")
    }
    entries.append(entry)
    return entry
  }

  /// The actor's last entry, and what else the next one builds on.
  private mutating func place() -> (last: PolicyEntry?, frontier: [CID]) {
    let state = log.state
    let last = state.lastEntry(of: actor)
    return (last, state.frontier(without: [last?.cid, actor.grant]))
  }

  private mutating func extend(
    _ entry: PolicyEntry, scope: ScopeID, number: UInt64, portions: ArraySlice<[DID: [UInt8]]>
  ) throws(PolicyError) {
    for portion in portions where !portion.isEmpty {
      _ = try write(
        .epoch(
          EpochBody(extending: entry.cid, scope: scope, number: number, seals: portion)))
    }
  }

  /// Seals in portions that fit into entries: half an entry, to leave room for links.
  private static func portions(of seals: [DID: [UInt8]]) -> [[DID: [UInt8]]] {
    let portionBytesMax = PolicyLimits.entryBytesMax / 2
    var portions: [[DID: [UInt8]]] = [[:]]
    var bytes = 0
    for (did, seal) in seals.sorted(by: { $0.key < $1.key }) {
      let size = seal.count + DID.textBytes + 8
      if bytes + size > portionBytesMax {
        portions.append([:])
        bytes = 0
      }
      portions[portions.count - 1][did] = seal
      bytes += size
    }
    return portions
  }

  /// The same revocation for UCAN, where the author is one who may by UCAN's own rule.
  private func ucanRevocation(
    of subject: RevokeBody.Subject, state: PolicyState
  ) throws(PolicyError) -> [UInt8]? {
    guard case .grant(let entry) = subject else { return nil }
    let chain = state.chain(of: entry)
    guard let link = chain.last?.token, chain.contains(where: { $0.token.issuer == key.did })
    else { return nil }
    do {
      return try RevocationSet.issue(
        revoking: link.cid, path: chain.map(\.token.cid), subject: log.vault, by: key
      ).token.envelope.bytes
    } catch {
      throw PolicyError(.cannotAuthor, "the revocation cannot be signed: \(error.sentence)")
    }
  }
}
