import FreeholdTestKit
import Testing

@Suite struct SimulatorTests {
  @Test func `a calm run of one device and three nodes has nothing to report`() {
    let outcome = Simulation.run(seed: 1, options: SimulationOptions())
    #expect(outcome.violations.isEmpty, "\(outcome.failureText)")
    #expect(outcome.requestCount > 0)
    #expect(outcome.foreignJobCount == 0, "everything runs on one thread")
  }
}
