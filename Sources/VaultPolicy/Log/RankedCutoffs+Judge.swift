extension RankedCutoffs {
  /// One evaluation: walks the actors by increasing rank.
  struct Judge {
    private let log: RankedCutoffs
    private let past: Past
    private var verdict: Verdict

    init(_ log: RankedCutoffs) {
      self.log = log
      past = Past(log)
      let nothing = [Bool](repeating: false, count: log.entries.count)
      verdict = Verdict(isEffective: nothing, isLive: nothing, hits: [:], forked: [:])
    }

    mutating func judge() -> Verdict {
      // R7: nothing cuts root, and a fork of root voids nothing.
      for position in log.chains[RankedCutoffs.root] ?? [] { verdict.isEffective[position] = true }
      verdict.forked[RankedCutoffs.root] = firstFork(of: RankedCutoffs.root)
      // Equal ranks cannot touch each other, so their order does not matter.
      for manager in log.managers.sorted(by: { log.rank($0) < log.rank($1) }) {
        judge(manager)
      }
      for grant in log.grants { judgeGrant(grant) }
      return verdict
    }

    /// R5 and R6: what survives of one actor.
    private mutating func judge(_ actor: Int) {
      recordHits(on: actor)
      let fork = firstFork(of: actor)
      verdict.forked[actor] = fork
      guard verdict.isEffective[actor], let chain = log.chains[actor] else { return }
      switch cutoff(of: actor) {
      case .none:
        for position in chain where log.entries[position].sequence < fork ?? .max {
          verdict.isEffective[position] = true
        }
      case .some(let last):
        var position = last
        while position >= 0 {
          verdict.isEffective[position] = true
          position = log.previous[position]
        }
      }
    }

    private mutating func recordHits(on grant: Int) {
      let hits = log.hits(on: grant, verdict) { [past] in past.grant(grant, hasSeen: $0) }
      if !hits.isEmpty { verdict.hits[grant] = hits }
    }

    /// The last entry that every revocation of an actor or of whom it has its power from keeps:
    /// nil when nobody revoked it, −1 when nothing is kept.
    private func cutoff(of actor: Int) -> Int? {
      var kept: Int?
      var ancestor = actor
      while ancestor != RankedCutoffs.root {
        for revocation in verdict.hits[ancestor] ?? [] {
          let last = lastKept(of: actor, by: revocation)
          kept = kept.map { common($0, last) } ?? last
          if kept == -1 { return -1 }
        }
        ancestor = log.actors[ancestor]
      }
      return kept
    }

    private func lastKept(of actor: Int, by revocation: Int) -> Int {
      guard case .revoke(_, _, let keep) = log.entries[revocation].act,
        let last = keep[log.entries[actor].id].flatMap({ log.positions[$0] }),
        log.actors[last] == actor
      else { return -1 }
      return last
    }

    /// The last entry that two chains of one actor share.
    private func common(_ left: Int, _ right: Int) -> Int {
      var (left, right) = (left, right)
      while left != right, left >= 0, right >= 0 {
        let (one, two) = (log.entries[left].sequence, log.entries[right].sequence)
        if one >= two { left = log.previous[left] }
        if two >= one { right = log.previous[right] }
      }
      return left == right ? left : -1
    }

    /// The first sequence number that an actor used twice.
    private func firstFork(of actor: Int) -> UInt64? {
      guard let chain = log.chains[actor] else { return nil }
      // Chains have no gaps, so every number is below their length.
      var isUsed = [Bool](repeating: false, count: chain.count)
      var fork: UInt64?
      for position in chain {
        let sequence = log.entries[position].sequence
        if isUsed[Int(sequence)] { fork = min(fork ?? .max, sequence) }
        isUsed[Int(sequence)] = true
      }
      return fork
    }

    /// R3: a grant holds while its entry does, nobody revoked it, and its giver holds.
    private mutating func judgeGrant(_ grant: Int) {
      if log.rank(grant) == RankedCutoffs.unranked { recordHits(on: grant) }
      let giver = log.actors[grant]
      verdict.isLive[grant] =
        verdict.isEffective[grant] && verdict.hits[grant] == nil
        && (giver == RankedCutoffs.root || verdict.isLive[giver])
    }
  }

  /// R2 and R4: the effective revocations of a grant, by position.
  ///
  /// Those that count are by actors of smaller rank, which are judged before. An ancestor of a
  /// grant always has a smaller rank, so the rank alone decides. `hasSeen` tells of the n-th
  /// revocation of the grant's principal whether the grant builds on it.
  func hits(on grant: Int, _ verdict: Verdict, hasSeen: (Int) -> Bool) -> [Int] {
    guard case .grant(let principal, _) = entries[grant].act else { return [] }
    let rank = rank(grant)
    var hits: [Int] = []
    for revocation in revocationsOfGrant[entries[grant].id] ?? []
    where counts(revocation, against: rank, verdict) {
      hits.append(revocation)
    }
    for (ordinal, revocation) in (revocationsOfPrincipal[principal] ?? []).enumerated()
    where counts(revocation, against: rank, verdict) && !hasSeen(ordinal) {
      hits.append(revocation)
    }
    return hits.sorted()
  }

  /// Whether a revocation is effective and by somebody of a smaller rank (R2).
  private func counts(_ revocation: Int, against rank: UInt64, _ verdict: Verdict) -> Bool {
    revocation < verdict.isEffective.count && verdict.isEffective[revocation]
      && self.rank(actors[revocation]) < rank
  }
}
