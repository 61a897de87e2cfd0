import Foundation
import FreeholdTestKit

/// Many seeds of the simulator in a release build: `Simulate [COUNT [FIRST]]`.
///
/// Prints how often everything went wrong; fails when a checker found something.
@main
enum Simulate {
  static func main() async {
    let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
    let sweep = SimulationSweep(
      first: numbers.dropFirst().first ?? 1, count: numbers.first ?? 1_000)
    let clock = ContinuousClock()
    let start = clock.now
    await sweep.run { outcome in
      guard !outcome.violations.isEmpty else { return }
      print(outcome.failureText)
      fflush(nil)
    }
    for line in sweep.tally.lines { print(line) }
    for thing in sweep.tally.missing { print("never happened: \(thing)") }
    print("it took \((clock.now - start).components.seconds) s; \(sweep.failures.count) failures")
    exit(sweep.failures.isEmpty ? EXIT_SUCCESS : EXIT_FAILURE)
  }
}
