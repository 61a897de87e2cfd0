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

  /// What the threads share: the next seed, and what went wrong.
  private final class Progress: Sendable {
    private let next: Mutex<UInt64>
    private let end: UInt64
    private let found = Mutex<[SimulationOutcome]>([])

    init(first: UInt64, count: UInt64) {
      next = Mutex(first)
      end = first + count
    }

    var failures: [SimulationOutcome] {
      found.withLock { $0 }.sorted { $0.seed < $1.seed }
    }

    func takeSeed() -> UInt64? {
      next.withLock { seed in
        guard seed < end else { return nil }
        defer { seed += 1 }
        return seed
      }
    }

    func run() {
      while let seed = takeSeed() {
        let outcome = Simulation.run(seed: seed)
        if !outcome.violations.isEmpty { found.withLock { $0.append(outcome) } }
      }
    }
  }

  /// Runs seeds on threads of their own, because each keeps its thread until it is over.
  private static func failures(first: UInt64, count: UInt64) async -> [SimulationOutcome] {
    let progress = Progress(first: first, count: count)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, ProcessInfo.processInfo.activeProcessorCount) {
        group.addTask { await run(progress) }
      }
    }
    return progress.failures
  }

  private static func run(_ progress: Progress) async {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        progress.run()
        continuation.resume()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}
