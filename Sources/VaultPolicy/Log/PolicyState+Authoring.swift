import VaultEncoding

/// What an author needs to know.
extension PolicyState {
  /// The last entry of an actor that counts.
  func lastEntry(of actor: PolicyActor) -> PolicyEntry? {
    let position = actor.grant.map { history.position($0) ?? -2 } ?? RankedCutoffs<CID, DID>.root
    return lastEffective(ofActorAt: position)
  }

  /// The entries that a new one builds on: those that count and that no other that counts names,
  /// without some that it names anyway.
  ///
  /// Void ones are left out, so that a forger cannot fill it.
  func frontier(without named: [CID?]) -> [CID] {
    var frontier: Set<CID> = []
    for (position, entry) in history.entries.enumerated() where verdict.isEffective[position] {
      for need in entry.needs { frontier.remove(need) }
      frontier.insert(entry.cid)
    }
    return Array(
      frontier.subtracting(named.compactMap { $0 }).sorted()
        .prefix(PolicyLimits.dependenciesMax))
  }

  /// For each manager who would fall, the last entry of it that counts now.
  func keepMap(revoking subject: RevokeBody.Subject) -> [CID: CID] {
    var falling: Set<Int> = []
    switch subject {
    case .grant(let entry): falling.formUnion(history.position(entry).map { [$0] } ?? [])
    case .principal(let did): falling.formUnion(history.rules.grantsTo[did] ?? [])
    }
    var keep: [CID: CID] = [:]
    // Managers come after those that they have their power from.
    for manager in history.rules.managers {
      guard falling.contains(manager) || falling.contains(history.rules.actors[manager]) else {
        continue
      }
      falling.insert(manager)
      guard let last = lastEffective(ofActorAt: manager) else { continue }
      keep[history.entries[manager].cid] = last.cid
    }
    return keep
  }

  private func lastEffective(ofActorAt position: Int) -> PolicyEntry? {
    let chain = (history.rules.chains[position] ?? []).filter { verdict.isEffective[$0] }
    // Only root can have two last entries, after a fork; then the smaller name is continued.
    return chain.map { history.entries[$0] }.max { left, right in
      left.sequence == right.sequence ? left.cid > right.cid : left.sequence < right.sequence
    }
  }
}
