extension RankedCutoffs {
  /// Judges the entry at a position on top of a verdict about all before it.
  ///
  /// False when it changes what was said of a manager, so that all must be judged anew; the verdict
  /// is of no use then.
  ///
  /// The idea: most entries settle only their own fate. Of actors that nobody revoked an entry
  /// counts; of those that were cut it does not, unless a revocation keeps it by name; and what
  /// hits a grant without a rank moves nothing else, because nothing is done under such a grant.
  /// Forks, and revocations of managers, are for `evaluate`.
  ///
  /// Later entries may be there already: whatever lies behind `position` is not looked at.
  func judge(_ position: Int, into verdict: inout Verdict) -> Bool {
    precondition(verdict.isEffective.count == position, "entries are judged in order")
    guard let counts = counts(position, verdict) else { return false }
    verdict.isEffective.append(counts)
    verdict.isLive.append(false)
    switch entries[position].act {
    case .grant(let principal, _):
      let seen = Past.revocations(of: principal, seenBy: position, in: self)
      let hits = hits(on: position, verdict) { seen.contains($0) }
      if !hits.isEmpty { verdict.hits[position] = hits }
      let giver = actors[position]
      verdict.isLive[position] =
        counts && hits.isEmpty && (giver == Self.root || verdict.isLive[giver])
      return true
    case .revoke where counts: return strike(by: position, &verdict)
    default: return true
    }
  }

  /// Whether an entry survives (R5, R6); nil when that is not the only thing that changes.
  private func counts(_ position: Int, _ verdict: Verdict) -> Bool? {
    let actor = actors[position]
    let sequence = entries[position].sequence
    if let fork = verdict.forked[actor] {
      // It may be that the fork begins earlier than was known.
      guard sequence > fork else { return nil }
    } else {
      // Without a fork the n-th entry of an actor has number n.
      let chain = chains[actor] ?? []
      guard let place = chain.lastIndex(of: position), sequence == place else { return nil }
    }
    guard actor != Self.root else { return true }
    guard verdict.isEffective[actor] else { return false }
    var isCut = false
    var ancestor = actor
    while ancestor != Self.root {
      for revocation in verdict.hits[ancestor] ?? [] {
        guard case .revoke(_, _, let keep) = entries[revocation].act else { continue }
        if keep[entries[actor].id] == entries[position].id { return nil }
        isCut = true
      }
      ancestor = actors[ancestor]
    }
    return !isCut && verdict.forked[actor] == nil
  }

  /// What an effective revocation hits; false when a manager is among it.
  private func strike(by position: Int, _ verdict: inout Verdict) -> Bool {
    guard case .revoke(let target, let principal, _) = entries[position].act else { return true }
    var grants: [Int] = []
    if let grant = target.flatMap({ positions[$0] }), case .grant = entries[grant].act {
      grants.append(grant)
    }
    // No grant that is there already can have seen this revocation (R4).
    if let principal { grants += grantsTo[principal] ?? [] }
    let rank = rank(actors[position])
    for grant in grants where grant < position && rank < self.rank(grant) {
      guard self.rank(grant) == Self.unranked else { return false }
      verdict.hits[grant, default: []].append(position)
      verdict.isLive[grant] = false
    }
    return true
  }
}
