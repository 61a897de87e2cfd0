import Foundation
import Synchronization

/// Runs many seeds on threads of their own, because a simulation keeps its thread until it is over.
public final class SimulationSweep: Sendable {
  private struct State {
    var next: UInt64
    var tally = SimulationTally()
    var failures: [SimulationOutcome] = []
  }

  private let end: UInt64
  private let failuresMax: Int
  private let state: Mutex<State>

  /// A sweep over `count` seeds from `first` on; it ends early after so many failures.
  public init(first: UInt64, count: UInt64, failuresMax: Int = 20) {
    end = first + count
    self.failuresMax = failuresMax
    state = Mutex(State(next: first))
  }

  /// How often everything that can go wrong did, so far.
  public var tally: SimulationTally { state.withLock { $0.tally } }

  /// The runs in which a checker found something, by seed.
  public var failures: [SimulationOutcome] {
    state.withLock { $0.failures }.sorted { $0.seed < $1.seed }
  }

  /// Runs all seeds, on as many threads as there are processors.
  ///
  /// `seen` hears of every outcome, on its thread.
  public func run(
    threadCount: Int? = nil,
    seen: @escaping @Sendable (SimulationOutcome) -> Void = { _ in }
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, threadCount ?? ProcessInfo.processInfo.activeProcessorCount) {
        group.addTask { await self.runOnThread(seen) }
      }
    }
  }

  private func runOnThread(_ seen: @escaping @Sendable (SimulationOutcome) -> Void) async {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        while let seed = self.takeSeed() {
          let outcome = Simulation.run(seed: seed)
          self.note(outcome)
          seen(outcome)
        }
        continuation.resume()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  private func takeSeed() -> UInt64? {
    state.withLock { state in
      guard state.next < end, state.failures.count < failuresMax else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  private func note(_ outcome: SimulationOutcome) {
    state.withLock { state in
      state.tally.add(outcome)
      if !outcome.violations.isEmpty { state.failures.append(outcome) }
    }
  }
}
