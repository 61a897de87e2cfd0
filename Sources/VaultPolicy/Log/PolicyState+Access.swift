public import VaultCrypto
public import VaultEncoding

/// Who reads, and who may do what.
extension PolicyState {
  /// Somebody to whom keys are sealed.
  public struct Recipient: Hashable, Sendable {
    /// Who it is.
    public let did: DID
    /// Where to seal to.
    public let kem: KEMPublicKey
  }

  /// Who may read a scope and has a key to read with; sorted.
  ///
  /// With a time, grants that are over by then, or have not begun, do not count.
  public func readers(of scope: ScopeID, at now: Timestamp? = nil) -> [Recipient] {
    let request = Request.pullLog(scope: scope)
    var best: [DID: (rank: UInt64, entry: CID, kem: KEMPublicKey)] = [:]
    for position in live {
      let entry = history.entries[position]
      guard let body = entry.grant, let kem = body.kem,
        grant(at: position, allows: request, now: now)
      else { continue }
      let candidate = (rank: body.rank ?? .max, entry: entry.cid, kem: kem)
      let did = body.delegation.audience
      // A principal has one KEM key; should two grants differ, the senior one counts.
      if let known = best[did], (known.rank, known.entry) <= (candidate.rank, candidate.entry) {
        continue
      }
      best[did] = candidate
    }
    return best.map { Recipient(did: $0.key, kem: $0.value.kem) }.sorted { $0.did < $1.did }
  }

  /// To whom the key of a scope is sealed: its readers and root; sorted.
  public func recipients(of scope: ScopeID, at now: Timestamp? = nil) -> [Recipient] {
    let root = Recipient(did: vault, kem: genesis.kem)
    return (readers(of: scope, at: now).filter { $0.did != vault } + [root])
      .sorted { $0.did < $1.did }
  }

  /// The live grant that best allows a principal a request: the one with the shortest chain.
  public func grant(
    for principal: DID, allowing request: Request, at now: Timestamp? = nil
  ) -> GrantRecord? {
    let positions = (history.rules.grantsTo[principal] ?? []).filter {
      verdict.isLive[$0] && grant(at: $0, allows: request, now: now)
    }
    let best = positions.min { left, right in
      let depths = (depth(of: left), depth(of: right))
      return (depths.0, history.entries[left].cid) < (depths.1, history.entries[right].cid)
    }
    return best.flatMap(grant(at:))
  }

  /// The delegations for an invocation of a request by a principal, root's own first; nil when no
  /// live grant allows it.
  public func chain(
    for principal: DID, allowing request: Request, at now: Timestamp? = nil
  ) -> [Verified<Delegation>]? {
    grant(for: principal, allowing: request, at: now).map { chain(of: $0.entry) }
  }

  /// The manager's grant that a principal writes entries under: its most senior live one.
  public func managerGrant(of principal: DID) -> GrantRecord? {
    grants(to: principal).filter { $0.isLive && $0.rank != nil }
      .min { ($0.rank ?? 0, $0.entry) < ($1.rank ?? 0, $1.entry) }
  }

  /// Whether the conditions that a grant rests on let requests about a scope through, at some path
  /// at least.
  public func covers(_ scope: ScopeID, by grant: CID) -> Bool {
    guard let position = history.position(grant) else { return false }
    let chain = history.chain(ofGrantAt: position)
    let binding = RequestBinding(digest: .zero, sizeBytes: 0, hops: chain.count)
    let arguments = Request.pullLog(scope: scope).arguments(binding: binding)
    return chain.allSatisfy { $0.token.terms.policy.outcome(below: "", arguments) > .never }
  }

  /// Whether a grant ever allowed a principal a request, whatever became of it.
  public func wasEverAllowed(_ request: Request, to principal: DID) -> Bool {
    (history.rules.grantsTo[principal] ?? []).contains {
      grant(at: $0, allows: request, now: nil)
    }
  }

  /// Whether somebody put the principal out by name (R4).
  ///
  /// What was delegated to it off the log has seen no revocation, and so counts no more.
  public func isRemoved(_ principal: DID) -> Bool {
    (history.rules.revocationsOfPrincipal[principal] ?? []).contains { verdict.isEffective[$0] }
  }

  private func depth(of position: Int) -> Int {
    var depth = 0
    var next = position
    while next != RankedCutoffs<CID, DID>.root {
      depth += 1
      next = history.rules.actors[next]
    }
    return depth
  }

  /// Whether the delegations that a grant rests on let a request of size 0 through.
  func grant(at position: Int, allows request: Request, now: Timestamp?) -> Bool {
    guard let body = history.entries[position].grant,
      body.delegation.command.proves(request.command)
    else { return false }
    return history.chain(ofGrantAt: position).allow(request, now: now)
  }
}

extension [Verified<Delegation>] {
  /// Whether every link's conditions and times let a request of size 0 through.
  ///
  /// Commands are the caller's to compare.
  func allow(_ request: Request, now: Timestamp?) -> Bool {
    let binding = RequestBinding(digest: .zero, sizeBytes: 0, hops: count)
    let arguments = CBORValue.map(request.arguments(binding: binding))
    return allSatisfy { link in
      let terms = link.token.terms
      if let now, let expiresAt = terms.expiresAt, now.seconds > expiresAt { return false }
      if let now, let notBefore = terms.notBefore, now.seconds < notBefore { return false }
      return terms.policy.holds(for: arguments)
    }
  }
}
