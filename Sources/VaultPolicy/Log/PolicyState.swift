public import VaultEncoding

/// What a policy log amounts to: a function of the set of its entries, the same for all who have
/// them.
///
/// docs/spec/policy.md, "State".
public struct PolicyState: Sendable {
  let history: PolicyHistory
  let verdict: RankedCutoffs<CID, DID>.Verdict
  /// Positions of the live grants.
  let live: [Int]
  let epochsByScope: [ScopeID: [EpochRecord]]
  /// The scopes, sorted.
  public let scopes: [ScopeRecord]
  /// The settings in force.
  public let settings: PolicySettings

  /// For each setting, a removed one too, the entry that has set it last.
  let settingSources: [[UInt8]: Int]

  /// Judges the whole history.
  init(_ history: PolicyHistory) {
    let verdict = history.rules.evaluate()
    self.init(
      history, verdict, live: history.rules.grants.filter { verdict.isLive[$0] },
      StateDerivation(history, isEffective: verdict.isEffective))
  }

  /// Judges only what has come since a state of the same history; nil when that is not enough, or
  /// so much that it would not be faster.
  init?(_ history: PolicyHistory, after before: PolicyState) {
    let known = before.verdict.isEffective.count
    guard history.entries.count - known <= Self.stepsMax else { return nil }
    var verdict = before.verdict
    var derivation = StateDerivation(history, after: before)
    for position in known..<history.entries.count {
      guard history.rules.judge(position, into: &verdict) else { return nil }
      derivation.take(position, isEffective: verdict.isEffective[position])
    }
    let new = (known..<history.entries.count).filter { history.entries[$0].grant != nil }
    self.init(
      history, verdict, live: (before.live + new).filter { verdict.isLive[$0] }, derivation)
  }

  private init(
    _ history: PolicyHistory, _ verdict: RankedCutoffs<CID, DID>.Verdict, live: [Int],
    _ derivation: StateDerivation
  ) {
    self.history = history
    self.verdict = verdict
    self.live = live
    epochsByScope = derivation.epochs
    scopes = derivation.scopes
    settings = derivation.settings
    settingSources = derivation.settingSources
  }

  /// From so many new entries on, all are judged at once.
  private static let stepsMax = 64
}

extension PolicyState {
  /// The vault.
  public var vault: DID { history.vault }
  /// The beginning.
  public var genesis: Genesis { history.genesis }
  /// The names of the entries that no other names; sorted.
  public var heads: [CID] { history.heads.sorted() }

  /// The scope of the vault's root folder: the first that root named without one around it.
  public var rootScope: ScopeRecord? {
    let named = history.entries.compactMap { entry -> CID? in
      guard entry.actor == .root, case .scope(let body) = entry.body, body.parent == nil else {
        return nil
      }
      return entry.cid
    }
    return scopes.filter { named.contains($0.entry) }
      .min { (history.height($0.entry), $0.entry) < (history.height($1.entry), $1.entry) }
  }

  /// The grants that hold, by the name of their entry.
  public var liveGrants: [GrantRecord] {
    live.compactMap(grant(at:)).sorted { $0.entry < $1.entry }
  }

  /// All grants that were ever given, by the name of their entry.
  public var grants: [GrantRecord] {
    history.rules.grants.compactMap(grant(at:)).sorted { $0.entry < $1.entry }
  }

  /// The grant that an entry gave.
  public func grant(_ entry: CID) -> GrantRecord? {
    history.position(entry).flatMap(grant(at:))
  }

  /// All grants to a principal.
  public func grants(to principal: DID) -> [GrantRecord] {
    (history.rules.grantsTo[principal] ?? []).compactMap(grant(at:)).sorted { $0.entry < $1.entry }
  }

  /// The grants that carry a delegation: usually one.
  public func grants(carrying delegation: CID) -> [GrantRecord] {
    (history.grantsByDelegation[delegation] ?? []).compactMap(grant(at:))
  }

  /// The managers whose grants hold, the most senior first.
  public var managers: [GrantRecord] {
    live.compactMap(grant(at:)).filter { $0.rank != nil }
      .sorted { ($0.rank ?? 0, $0.entry) < ($1.rank ?? 0, $1.entry) }
  }

  /// Who stores without reading: whoever may pull and has no key to read with.
  public var holders: [DID] {
    let pull = Request.pullBlob(shard: nil).command
    let found = live.compactMap(grant(at:)).filter { $0.kem == nil && $0.command.proves(pull) }
    return Set(found.map(\.principal)).sorted()
  }

  /// The revocations that count, by the name of their entry.
  public var effectiveRevocations: [RevocationRecord] {
    var hits: [Int: [CID]] = [:]
    for (grant, revocations) in verdict.hits {
      for revocation in revocations {
        hits[revocation, default: []].append(history.entries[grant].cid)
      }
    }
    return history.entries.indices.compactMap { position -> RevocationRecord? in
      guard verdict.isEffective[position] else { return nil }
      let entry = history.entries[position]
      return entry.revocation.map {
        RevocationRecord(
          entry: entry.cid, author: entry.actor, body: $0, hits: (hits[position] ?? []).sorted())
      }
    }.sorted { $0.entry < $1.entry }
  }

  /// Who signed two entries with one number; for root it means that the recovery phrase was used
  /// in two places.
  public var equivocators: [PolicyActor] {
    verdict.forked.keys.map { position in
      position == RankedCutoffs<CID, DID>.root ? .root : .grant(history.entries[position].cid)
    }.sorted { left, right in
      guard let left = left.grant, let right = right.grant else { return left == .root }
      return left < right
    }
  }

  /// Whether an entry survives cutoffs and forks; nil when it is not known.
  public func isEffective(_ entry: CID) -> Bool? {
    history.position(entry).map { verdict.isEffective[$0] }
  }

  /// The delegations that a grant rests on, root's own first.
  public func chain(of grant: CID) -> [Verified<Delegation>] {
    history.position(grant).map { history.chain(ofGrantAt: $0) } ?? []
  }

  func grant(at position: Int) -> GrantRecord? {
    let entry = history.entries[position]
    guard let body = entry.grant else { return nil }
    return GrantRecord(
      entry: entry.cid, giver: entry.actor, body: body, standing: standing(at: position))
  }

  private func standing(at position: Int) -> GrantRecord.Standing {
    if verdict.isLive[position] { return .live }
    guard verdict.isEffective[position] else { return .void }
    guard let hits = verdict.hits[position] else { return .fallen }
    return .revoked(by: hits.map { history.entries[$0].cid }.sorted())
  }
}
