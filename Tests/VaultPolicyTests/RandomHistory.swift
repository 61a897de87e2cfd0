@testable import VaultPolicy

/// Random entries of many actors, honest and hostile, on abstract names.
///
/// A history is grown entry by entry, so each names only what exists; hostile actors fork their
/// chains, act long after they were cut, and revoke whomever they like.
struct RandomHistory {
  typealias Rules = RankedCutoffs<Int, Int>

  private(set) var entries: [Rules.Entry] = []
  /// Who acts, and with which rank.
  private(set) var managers: [(actor: Rules.Actor, rank: UInt64)] = [(.root, 0)]
  private var chains: [Rules.Actor: [Rules.Entry]] = [:]
  private let principalCount = 6

  /// Adds random entries by actors for whom `isAllowed` holds.
  mutating func grow(
    by count: Int, using generator: inout SeededGenerator, forks: Bool = true,
    where isAllowed: (Rules.Actor, UInt64) -> Bool = { _, _ in true }
  ) {
    for _ in 0..<count {
      let choice = managers.filter { isAllowed($0.actor, $0.rank) }
      guard !choice.isEmpty else { return }
      let author = choice[generator.number(below: choice.count)]
      let isForking = forks && generator.oneIn(6)
      append(by: author.actor, rank: author.rank, isForking: isForking, using: &generator)
    }
  }

  /// Adds one entry by an actor, at the end of its chain or, when forking, anywhere.
  mutating func append(
    by actor: Rules.Actor, rank: UInt64, isForking: Bool, act: Rules.Act? = nil,
    using generator: inout SeededGenerator
  ) {
    let chain = chains[actor] ?? []
    let previous =
      isForking && generator.number(below: chain.count + 1) < chain.count
      ? chain[generator.number(below: chain.count)] : isForking ? nil : chain.last
    let act = act ?? randomAct(rank: rank, using: &generator)
    let entry = Rules.Entry(
      id: entries.count, actor: actor, sequence: previous.map { $0.sequence + 1 } ?? 0,
      previous: previous?.id, dependencies: dependencies(using: &generator), act: act)
    entries.append(entry)
    // After a fork an actor goes on from either end.
    if isForking && generator.oneIn(2) {
      chains[actor, default: []].insert(entry, at: 0)
    } else {
      chains[actor, default: []].append(entry)
    }
    if case .grant(_, let rank?) = act { managers.append((.grant(entry.id), rank)) }
  }

  /// For each manager the last entry of its chain: what somebody who has seen all would keep.
  func lastEntries(excludingForks: Bool = true) -> [Int: Int] {
    var keep: [Int: Int] = [:]
    for (actor, chain) in chains {
      guard case .grant(let id) = actor else { continue }
      keep[id] = chain.max { $0.sequence < $1.sequence }?.id
    }
    return keep
  }

  /// The rules with all entries, added in a random order that respects what they name.
  static func rules(
    _ entries: [Rules.Entry], using generator: inout SeededGenerator
  ) -> Rules {
    var rules = Rules()
    var waiting = entries.shuffled(using: &generator)
    var progress = true
    while progress {
      progress = false
      waiting.removeAll { entry in
        // Whatever is refused for good stays out, as it does in every order.
        guard (try? rules.add(entry)) != nil else { return false }
        progress = true
        return true
      }
    }
    return rules
  }

  private func dependencies(using generator: inout SeededGenerator) -> [Int] {
    guard !entries.isEmpty else { return [] }
    let count = generator.number(below: 3)
    // Mostly recent ones, so that entries see one another.
    return (0..<count).map { _ in
      let reach = generator.oneIn(3) ? entries.count : min(4, entries.count)
      return entries.count - 1 - generator.number(below: reach)
    }
  }

  private func randomAct(rank: UInt64, using generator: inout SeededGenerator) -> Rules.Act {
    let principal = generator.number(below: principalCount)
    switch generator.number(below: 10) {
    case 0..<3:
      return .grant(to: principal, rank: rank + 1 + UInt64(generator.number(below: 3)))
    case 3..<6: return .grant(to: principal, rank: nil)
    case 6: return .other
    case 7:
      return .revoke(target: nil, principal: principal, keep: randomKeep(using: &generator))
    default:
      let target = generator.number(below: entries.count + 2)
      return .revoke(target: target, principal: nil, keep: randomKeep(using: &generator))
    }
  }

  private func randomKeep(using generator: inout SeededGenerator) -> [Int: Int] {
    var keep: [Int: Int] = [:]
    for (actor, chain) in chains.sorted(by: {
      ($0.value.first?.id ?? 0) < ($1.value.first?.id ?? 0)
    })
    where !generator.oneIn(3) {
      guard case .grant(let id) = actor else { continue }
      keep[id] = chain[generator.number(below: chain.count)].id
    }
    // Now and then nonsense: an entry of somebody else.
    if generator.oneIn(8), let some = keep.keys.min(), !entries.isEmpty {
      keep[some] = generator.number(below: entries.count)
    }
    return keep
  }
}
