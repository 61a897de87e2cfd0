import Testing
import VaultEncoding

@testable import VaultPolicy

/// A state that goes on from the one before is the one that is found anew.
struct StepTests {
  typealias Rules = RankedCutoffs<Int, Int>

  @Test func `judging one entry more is judging all anew, forks and revived chains included`() {
    var generator = SeededGenerator.forTest()
    var steps = 0
    var whole = 0
    for round in 0..<150 {
      var history = RandomHistory()
      history.grow(by: 60, using: &generator)
      let order = RandomHistory.rules(history.entries, using: &generator).entries
      var rules = Rules()
      var verdict = rules.evaluate()
      for entry in order {
        guard (try? rules.add(entry)) != nil else { continue }
        if rules.judge(rules.entries.count - 1, into: &verdict) {
          steps += 1
        } else {
          verdict = rules.evaluate()
          whole += 1
        }
        let expected = rules.evaluate()
        #expect(verdict.isEffective == expected.isEffective, "round \(round)")
        #expect(verdict.isLive == expected.isLive, "round \(round)")
        #expect(verdict.hits == expected.hits, "round \(round)")
        #expect(verdict.forked == expected.forked, "round \(round)")
      }
    }
    #expect(steps > 4_000 && whole > 500, "both ways were taken: \(steps), \(whole)")
  }

  @Test func `several entries that came at once are judged one after the other`() {
    var generator = SeededGenerator.forTest()
    var steps = 0
    for round in 0..<200 {
      var history = RandomHistory()
      history.grow(by: 40, using: &generator)
      let order = RandomHistory.rules(history.entries, using: &generator).entries
      let split = generator.number(below: order.count)
      var rules = Rules()
      for entry in order.prefix(split) { _ = try? rules.add(entry) }
      var verdict = rules.evaluate()
      let before = rules.entries.count
      for entry in order.dropFirst(split).prefix(5) { _ = try? rules.add(entry) }
      // What lies behind the judged one is there already, and must not be looked at.
      let isEnough = (before..<rules.entries.count).allSatisfy {
        rules.judge($0, into: &verdict)
      }
      guard isEnough else { continue }
      steps += 1
      let expected = rules.evaluate()
      #expect(verdict.isEffective == expected.isEffective, "round \(round)")
      #expect(verdict.isLive == expected.isLive && verdict.hits == expected.hits, "round \(round)")
    }
    #expect(steps > 50, "\(steps)")
  }

  @Test func `a log that is asked after each entry says what a fresh one says`() throws {
    var generator = SeededGenerator.forTest()
    for round in 0..<6 {
      var vault = try RandomVault(using: &generator)
      try vault.grow(by: 60)
      for _ in 0..<2 {
        let order = try vault.reordered()
        var log = PolicyLog(genesis: vault.genesis)
        var count = 0
        for entry in order {
          _ = try log.add(entry.bytes)
          count += 1
          // Sometimes several come between two questions.
          guard !generator.oneIn(3) else { continue }
          let fresh = try PolicyLog(
            genesis: vault.genesis, restoring: order.prefix(count).map(\.bytes))
          let (state, expected) = (Summary(log.state), Summary(fresh.evaluate()))
          #expect(state == expected, "round \(round), entry \(count)")
        }
      }
    }
  }

  /// All that can be asked of a state.
  private struct Summary: Equatable {
    let grants: [GrantRecord]
    let liveGrants: [GrantRecord]
    let revocations: [RevocationRecord]
    let scopes: [ScopeRecord]
    let settings: PolicySettings
    let epochs: [[EpochRecord]]
    let owed: [PolicyState.OwedRotation]
    let forks: [PolicyActor]
    let heads: [CID]

    init(_ state: PolicyState) {
      grants = state.grants
      liveGrants = state.liveGrants
      revocations = state.effectiveRevocations
      scopes = state.scopes
      settings = state.settings
      epochs = state.epochsByScope.keys.sorted().map { state.epochs(of: $0) }
      owed = state.owedRotations()
      forks = state.equivocators
      heads = state.heads
    }
  }
}

/// Collections whose copies go on separately.
struct GrowingTests {
  @Test func `copies of a list go on separately`() {
    var list = GrowingList<Int>()
    var copies: [(list: GrowingList<Int>, count: Int)] = []
    for number in 0..<1_000 {
      if number % 37 == 0 { copies.append((list, number)) }
      list.append(number)
    }
    for (copy, count) in copies {
      #expect(Array(copy) == Array(0..<count))
      var longer = copy
      longer.append(-1)
      #expect(longer.last == -1 && longer.count == count + 1)
    }
    #expect(Array(list) == Array(0..<1_000))
  }

  @Test func `copies of a map go on separately, and each says what a plain map says`() {
    var generator = SeededGenerator.forTest()
    var map = GrowingMap<Int, [Int]>()
    var model: [Int: [Int]] = [:]
    var copies: [(GrowingMap<Int, [Int]>, [Int: [Int]])] = []
    for number in 0..<5_000 {
      if number % 499 == 0 { copies.append((map, model)) }
      let key = generator.number(below: 900)
      if generator.oneIn(9) {
        map.set([number], for: key)
        model[key] = [number]
      } else {
        map.append(number, to: key)
        model[key, default: []].append(number)
      }
    }
    for (copy, expected) in copies + [(map, model)] {
      var all: [Int: [Int]] = [:]
      for (key, value) in copy.pairs {
        #expect(all.updateValue(value, forKey: key) == nil, "a key comes once")
      }
      #expect(all == expected)
      #expect((0..<900).allSatisfy { copy[$0] == expected[$0] })
    }
  }
}
