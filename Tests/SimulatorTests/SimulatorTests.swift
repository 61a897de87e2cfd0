import Foundation
import FreeholdTestKit
import Testing

/// Many seeds; `FREEHOLD_SEED` says the first and `FREEHOLD_SEEDS` how many.
@Suite struct SimulatorTests {
  /// What fits into a run of the whole suite on two cores without optimisation.
  private static let seedsUsually: UInt64 = 100
  /// In so many runs everything that can go wrong does.
  private static let seedsForEverything: UInt64 = 500

  @Test func `whatever goes wrong, nothing is lost, leaked or wrongly told`() async {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["FREEHOLD_SEED"].flatMap { UInt64($0) } ?? 1
    let count = environment["FREEHOLD_SEEDS"].flatMap { UInt64($0) } ?? Self.seedsUsually
    let sweep = SimulationSweep(first: first, count: count)
    await sweep.run()
    for failure in sweep.failures { Issue.record("\(failure.failureText)") }
    for line in sweep.tally.lines { print(line) }
    if count >= Self.seedsForEverything {
      #expect(sweep.tally.missing.isEmpty, "what never happened was never tested")
    }
  }

  @Test func `a calm run of one device and three nodes is one thread and one trace`() {
    let first = Simulation.run(seed: 1, options: SimulationOptions())
    #expect(first.violations.isEmpty, "\(first.failureText)")
    #expect(first.requestCount > 20)
    #expect(first.foreignJobCount == 0)
    let second = Simulation.run(seed: 1, options: SimulationOptions())
    #expect(first.trace == second.trace)
  }

  @Test(arguments: [7, 30] as [UInt64])
  func `one seed is one run, whatever goes wrong in it`(seed: UInt64) {
    let first = Simulation.run(seed: seed)
    let second = Simulation.run(seed: seed)
    #expect(first.trace == second.trace)
    #expect(first.traceDigest == second.traceDigest)
    #expect(first.foreignJobCount == 0 && second.foreignJobCount == 0)
  }

  /// Seeds that found something once.
  ///
  /// Feeds that build on each other were not merged whole at a
  /// start. A change of the scenario changes what a seed means, so they are a sample, not a proof.
  @Test(arguments: [12, 30, 31] as [UInt64])
  func `what was found once stays repaired`(seed: UInt64) {
    let outcome = Simulation.run(seed: seed)
    #expect(outcome.violations.isEmpty, "\(outcome.failureText)")
  }
}
