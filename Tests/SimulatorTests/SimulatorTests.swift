import Foundation
import FreeholdTestKit
import Synchronization
import Testing

/// Many seeds; `FREEHOLD_SEED` says the first and `FREEHOLD_SEEDS` how many.
@Suite struct SimulatorTests {
  /// What fits into a run of the whole suite on two cores without optimisation.
  private static let seedsUsually: UInt64 = 100

  @Test func `whatever goes wrong, nothing is lost, leaked or wrongly told`() async {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["FREEHOLD_SEED"].flatMap { UInt64($0) } ?? 1
    let count = environment["FREEHOLD_SEEDS"].flatMap { UInt64($0) } ?? Self.seedsUsually
    for failure in await Self.failures(first: first, count: count) {
      Issue.record("\(failure.failureText)")
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

  // MARK: Parts

  /// Runs seeds on threads of their own, because each keeps its thread until it is over.
  private static func failures(first: UInt64, count: UInt64) async -> [SimulationOutcome] {
    let next = Mutex(first)
    let failures = Mutex<[SimulationOutcome]>([])
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<threads {
        group.addTask {
          await withCheckedContinuation { continuation in
            let thread = Thread {
              while let seed = next.withLock({ seed -> UInt64? in
                defer { seed += 1 }
                return seed < first + count ? seed : nil
              }) {
                let outcome = Simulation.run(seed: seed)
                if !outcome.violations.isEmpty { failures.withLock { $0.append(outcome) } }
              }
              continuation.resume()
            }
            thread.stackSize = 8 << 20
            thread.start()
          }
        }
      }
    }
    return failures.withLock { $0 }.sorted { $0.seed < $1.seed }
  }
}
