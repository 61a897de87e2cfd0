import FreeholdTestKit
import Testing

/// Every lie does no harm, and the liar is named.
@Suite struct EvilNodeTests {
  /// A world in which a lie is seen: whatever one device writes, another asks the liar for.
  private func options(_ lie: EvilNode.Lie) -> SimulationOptions {
    var options = SimulationOptions()
    options.deviceCount = 3
    options.joinsLate = true
    options.nodeCount = 2
    options.stepCount = 10
    // Long enough to lie in packs, so that shards are asked for.
    options.fileBytesMax = 60_000
    options.lie = lie
    return options
  }

  @Test(
    arguments: [
      .withholdsEntries, .forgesEntries, .forgesHeads, .forgesPolicy, .rollsBack, .flipsShards,
      .swapsShards, .forks, .impersonates,
    ] as [EvilNode.Lie])
  func `a liar is named, and nothing is lost`(lie: EvilNode.Lie) {
    var isNamed = false
    for seed in UInt64(1)...24 where !isNamed {
      let outcome = Simulation.run(seed: seed, options: options(lie))
      #expect(outcome.violations.isEmpty, "\(lie): \(outcome.failureText)")
      isNamed = outcome.lieCount > 0 && !outcome.accused.isEmpty
    }
    #expect(isNamed, "\(lie) was never noticed")
  }

  @Test(arguments: [.withholdsCheckpoints, .forgesCheckpoints] as [EvilNode.Lie])
  func `a lie about checkpoints costs a replay and nothing else`(lie: EvilNode.Lie) {
    var lies = 0
    for seed in UInt64(1)...4 {
      var options = options(lie)
      // A history that is long enough for a checkpoint when the last device joins.
      options.stepCount = 40
      let outcome = Simulation.run(seed: seed, options: options)
      #expect(outcome.violations.isEmpty, "\(lie): \(outcome.failureText)")
      lies += outcome.lieCount
    }
    #expect(lies > 0)
  }

  @Test(arguments: [.truncatesShards, .dropsShards, .saysSame, .duplicates] as [EvilNode.Lie])
  func `a lie that may be an accident does no harm`(lie: EvilNode.Lie) {
    var lies = 0
    for seed in UInt64(1)...2 {
      let outcome = Simulation.run(seed: seed, options: options(lie))
      #expect(outcome.violations.isEmpty, "\(lie): \(outcome.failureText)")
      lies += outcome.lieCount
    }
    #expect(lies > 0)
  }

  @Test func `a node that only says that it has everything is never counted on`() {
    var lies = 0
    for seed in UInt64(1)...6 {
      var options = options(.saysSame)
      options.losesDevice = true
      options.joinsLate = false
      options.nodeCrash = 200
      let outcome = Simulation.run(seed: seed, options: options)
      #expect(outcome.violations.isEmpty, "\(outcome.failureText)")
      lies += outcome.lieCount
    }
    #expect(lies > 0)
  }
}
