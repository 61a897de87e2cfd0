/// The simulated machine has stopped.
///
/// Nothing catches this but the test that asked for it: code that goes on after it fails again at
/// its next step.
public struct SimulatedCrash: Error, Hashable, Sendable, CustomStringConvertible {
  /// At which changing step it happened; nil for a step taken after the crash.
  public let step: Int?

  /// Where it happened.
  public var description: String {
    step.map { "the simulated machine stopped at step \($0)" } ?? "the simulated machine is off"
  }
}
