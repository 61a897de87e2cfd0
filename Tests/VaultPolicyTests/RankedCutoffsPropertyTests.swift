import Testing

@testable import VaultPolicy

/// The claims of docs/spec/policy.md on random histories with hostile managers.
struct RankedCutoffsPropertyTests {
  typealias Rules = RankedCutoffs<Int, Int>

  /// What a set of entries amounts to, by name.
  struct Outcome: Equatable {
    let live: Set<Int>
    let effective: Set<Int>
    let forked: Set<Int?>
    let hits: [Int: Set<Int>]

    init(_ rules: Rules) {
      let verdict = rules.evaluate()
      func name(_ position: Int) -> Int { rules.entries[position].id }
      live = Set(rules.grants.filter { verdict.isLive[$0] }.map(name))
      effective = Set(rules.entries.indices.filter { verdict.isEffective[$0] }.map(name))
      forked = Set(verdict.forked.keys.map { $0 == Rules.root ? nil : name($0) })
      hits = Dictionary(
        uniqueKeysWithValues: verdict.hits.map { (name($0.key), Set($0.value.map(name))) })
    }
  }

  @Test func `the same entries amount to the same in every order (claim 1)`() {
    var generator = SeededGenerator.forTest()
    for round in 0..<150 {
      var history = RandomHistory()
      history.grow(by: 5 + generator.number(below: 40), using: &generator)
      let first = Outcome(RandomHistory.rules(history.entries, using: &generator))
      for _ in 0..<4 {
        let other = Outcome(RandomHistory.rules(history.entries, using: &generator))
        #expect(first == other, "round \(round)")
      }
    }
  }

  @Test func `the fast rules agree with the slow ones`() {
    var generator = SeededGenerator.forTest()
    var removals = 0
    for round in 0..<400 {
      var history = RandomHistory()
      history.grow(by: 5 + generator.number(below: 60), using: &generator)
      let rules = RandomHistory.rules(history.entries, using: &generator)
      let fast = Outcome(rules)
      let slow = ReferenceRules(Array(rules.entries))
      #expect(fast.live == slow.live, "round \(round)")
      #expect(fast.effective == slow.effectiveEntries, "round \(round)")
      #expect(fast.forked == slow.forked, "round \(round)")
      #expect(fast.hits == slow.hits.filter { !$0.value.isEmpty }, "round \(round)")
      removals += fast.hits.count
    }
    #expect(removals > 400)
  }

  @Test func `of two managers only one can revoke the other (claim 2)`() {
    var generator = SeededGenerator.forTest()
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 50, using: &generator)
      let rules = RandomHistory.rules(history.entries, using: &generator)
      let verdict = rules.evaluate()
      for (grant, revocations) in verdict.hits {
        for revocation in revocations {
          let author = rules.actors[revocation]
          #expect(rules.rank(author) < rules.rank(grant), "round \(round)")
          #expect(author != grant, "round \(round)")
        }
      }
    }
  }

  @Test func `no entry by equals or juniors saves or harms a manager (claim 3)`() {
    var generator = SeededGenerator.forTest()
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 30, using: &generator)
      let limit = UInt64(1 + generator.number(below: 4))
      let before = RandomHistory.rules(history.entries, using: &generator)
      let outcome = Outcome(before)
      history.grow(by: 20, using: &generator) { _, rank in rank >= limit }
      let after = Outcome(RandomHistory.rules(history.entries, using: &generator))
      for manager in before.managers where before.rank(manager) <= limit {
        let id = before.entries[manager].id
        #expect(outcome.hits[id] == after.hits[id], "round \(round)")
        #expect(outcome.live.contains(id) == after.live.contains(id), "round \(round)")
      }
    }
  }

  @Test func `what root revokes stays revoked (claim 4)`() {
    var generator = SeededGenerator.forTest()
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 25, using: &generator)
      let before = RandomHistory.rules(history.entries, using: &generator)
      let byRoot = before.entries.indices.filter { position in
        guard case .revoke = before.entries[position].act else { return false }
        return before.actors[position] == Rules.root
      }.map { before.entries[$0].id }
      let hit = Outcome(before).hits.filter { !$0.value.isDisjoint(with: byRoot) }.keys
      history.grow(by: 30, using: &generator)
      let after = Outcome(RandomHistory.rules(history.entries, using: &generator))
      #expect(after.effective.isSuperset(of: byRoot), "round \(round)")
      #expect(after.live.isDisjoint(with: hit), "round \(round)")
    }
  }

  @Test func `a cut manager can add nothing and take nothing back (claim 5)`() {
    var generator = SeededGenerator.forTest()
    var voids = 0
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 25, using: &generator, forks: false)
      guard let hostile = history.managers.last, case .grant(let id) = hostile.actor else {
        continue
      }
      history.append(
        by: .root, rank: 0, isForking: false,
        act: .revoke(target: id, principal: nil, keep: history.lastEntries()), using: &generator)
      let before = Outcome(RandomHistory.rules(history.entries, using: &generator))
      let known = history.entries.count
      // Forks, back-dated entries, and entries of whomever it lets in.
      history.grow(by: 20, using: &generator) { actor, _ in
        guard case .grant(let other) = actor else { return false }
        return other == id || other >= known
      }
      let after = Outcome(RandomHistory.rules(history.entries, using: &generator))
      #expect(after.live == before.live, "round \(round)")
      #expect(after.effective == before.effective, "round \(round)")
      voids += history.entries.count - known
    }
    #expect(voids > 500)
  }

  @Test func `a stolen device harms juniors only, and one revocation undoes it (claim 6)`() {
    var generator = SeededGenerator.forTest()
    var rounds = 0
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 30, using: &generator, forks: false)
      guard history.managers.count > 2 else { continue }
      let stolen = history.managers[1 + generator.number(below: history.managers.count - 1)]
      guard case .grant(let id) = stolen.actor else { continue }
      let honest = history.entries
      let keep = history.lastEntries()
      let below = Self.descendants(of: id, in: honest)
      let before = RandomHistory.rules(honest, using: &generator)
      history.grow(by: 20, using: &generator) { actor, _ in
        guard case .grant(let other) = actor else { return false }
        return below.contains(other) || other >= honest.count
      }
      let harmed = Outcome(RandomHistory.rules(history.entries, using: &generator))
      let outcome = Outcome(before)
      for manager in before.managers where before.rank(manager) <= stolen.rank {
        let name = before.entries[manager].id
        #expect(harmed.live.contains(name) == outcome.live.contains(name), "round \(round)")
      }
      // Root cuts it, keeping what was there before the theft.
      let cut = Rules.Entry(
        id: 1_000_000, actor: .root,
        sequence: (honest.last { $0.actor == .root }?.sequence).map { $0 + 1 } ?? 0,
        previous: honest.last { $0.actor == .root }?.id, dependencies: [],
        act: .revoke(target: id, principal: nil, keep: keep))
      let clean = Outcome(RandomHistory.rules(honest + [cut], using: &generator))
      let healed = Outcome(RandomHistory.rules(history.entries + [cut], using: &generator))
      #expect(healed.live == clean.live, "round \(round)")
      #expect(healed.effective == clean.effective, "round \(round)")
      rounds += 1
    }
    #expect(rounds > 50)
  }

  private static func descendants(of id: Int, in entries: [Rules.Entry]) -> Set<Int> {
    var found: Set<Int> = [id]
    for entry in entries {
      guard case .grant(_, .some) = entry.act, case .grant(let giver) = entry.actor,
        found.contains(giver)
      else { continue }
      found.insert(entry.id)
    }
    return found
  }
}
