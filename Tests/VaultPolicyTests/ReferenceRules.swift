@testable import VaultPolicy

/// The rules written from their text, with sets and recursion: slow, and plain to read.
struct ReferenceRules {
  typealias Rules = RankedCutoffs<Int, Int>

  private let entries: [Int: Rules.Entry]
  private var effective: Set<Int> = []
  private(set) var live: Set<Int> = []
  private(set) var forked: Set<Int?> = []
  private(set) var hits: [Int: Set<Int>] = [:]

  var effectiveEntries: Set<Int> { effective }

  /// Takes well-formed entries.
  init(_ wellFormed: [Rules.Entry]) {
    entries = Dictionary(uniqueKeysWithValues: wellFormed.map { ($0.id, $0) })
    let actors = Set(wellFormed.map(\.actor)).union(
      wellFormed.compactMap { entry in
        if case .grant(_, .some) = entry.act { return .grant(entry.id) }
        return nil
      })
    for actor in actors.sorted(by: { rank($0) < rank($1) }) { judge(actor) }
    for entry in wellFormed {
      guard case .grant(_, let rank) = entry.act else { continue }
      if rank == nil { hits[entry.id] = findHits(on: entry) }
      if isLive(entry) { live.insert(entry.id) }
    }
  }

  private func rank(_ actor: Rules.Actor) -> UInt64 {
    guard case .grant(let id) = actor, case .grant(_, let rank)? = entries[id]?.act else {
      return 0
    }
    return rank ?? .max
  }

  private mutating func judge(_ actor: Rules.Actor) {
    let own = entries.values.filter { $0.actor == actor }
    let counts = Dictionary(grouping: own, by: \.sequence)
    let fork = counts.filter { $0.value.count > 1 }.keys.min()
    guard case .grant(let id) = actor, let grant = entries[id] else {
      if fork != nil { forked.insert(nil) }
      effective.formUnion(own.map(\.id))
      return
    }
    if fork != nil { forked.insert(id) }
    hits[id] = findHits(on: grant)
    guard effective.contains(id) else { return }
    let cutters = ancestry(of: grant).reduce(into: Set<Int>()) { $0.formUnion(hits[$1.id] ?? []) }
    if cutters.isEmpty {
      effective.formUnion(own.filter { fork == nil || $0.sequence < fork ?? 0 }.map(\.id))
      return
    }
    var kept = Set(own.map(\.id))
    for cutter in cutters { kept.formIntersection(keptChain(of: id, by: cutter)) }
    effective.formUnion(kept)
  }

  /// R2, R4.
  private func findHits(on grant: Rules.Entry) -> Set<Int> {
    guard case .grant(let to, let rank) = grant.act else { return [] }
    let past = past(of: grant)
    return Set(
      entries.values.filter { entry in
        guard case .revoke(let target, let principal, _) = entry.act,
          effective.contains(entry.id), self.rank(entry.actor) < rank ?? .max
        else { return false }
        return target == grant.id || (principal == to && !past.contains(entry.id))
      }.map(\.id))
  }

  /// R5.
  private func keptChain(of actor: Int, by revocation: Int) -> Set<Int> {
    guard case .revoke(_, _, let keep)? = entries[revocation]?.act, let last = keep[actor],
      entries[last]?.actor == .grant(actor)
    else { return [] }
    var chain: Set<Int> = []
    var next: Int? = last
    while let id = next {
      chain.insert(id)
      next = entries[id]?.previous
    }
    return chain
  }

  private func ancestry(of grant: Rules.Entry) -> [Rules.Entry] {
    guard case .grant(let giver) = grant.actor, let above = entries[giver] else { return [grant] }
    return [grant] + ancestry(of: above)
  }

  private func past(of entry: Rules.Entry) -> Set<Int> {
    var past: Set<Int> = []
    var open = [entry]
    while let next = open.popLast() {
      var named = next.dependencies
      if let previous = next.previous { named.append(previous) }
      if case .grant(let id) = next.actor { named.append(id) }
      for id in named where past.insert(id).inserted { open += entries[id].map { [$0] } ?? [] }
    }
    return past
  }

  /// R3.
  private func isLive(_ grant: Rules.Entry) -> Bool {
    guard effective.contains(grant.id), hits[grant.id]?.isEmpty ?? true else { return false }
    guard case .grant(let giver) = grant.actor, let above = entries[giver] else { return true }
    return isLive(above)
  }
}
