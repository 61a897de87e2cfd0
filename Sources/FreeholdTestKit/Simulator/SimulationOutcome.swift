public import VaultEncoding

/// What came of a simulation.
public struct SimulationOutcome: Sendable {
  /// The seed.
  public let seed: UInt64
  /// How rough it was.
  public let options: SimulationOptions
  /// What the checkers found; empty when all is well.
  public let violations: [String]
  /// One hash over everything that happened.
  public let traceDigest: Bytes32
  /// Everything that happened.
  public let trace: [String]
  /// Jobs that came from another thread than the simulation's: 0, or it is not reproducible.
  public let foreignJobCount: Int
  /// How many requests were sent.
  public let requestCount: Int
  /// How often everything that can go wrong did.
  public let happenings: [Happening: Int]
  /// How often a node lied.
  public let lieCount: Int
  /// The nodes that a device has named as misbehaving.
  public let accused: Set<Int>

  init(_ simulation: Simulation) {
    seed = simulation.seed
    options = simulation.options
    violations = simulation.violations
    trace = simulation.trace.all
    traceDigest = simulation.trace.digest
    foreignJobCount = simulation.executor.foreignCount
    requestCount = simulation.network.requestCount
    happenings = simulation.trace.happenings
    lieCount = simulation.lieCount
    accused = simulation.accused
  }

  init(seed: UInt64, options: SimulationOptions, failure: String) {
    self.seed = seed
    self.options = options
    violations = [failure]
    trace = []
    traceDigest = .zero
    foreignJobCount = 0
    requestCount = 0
    happenings = [:]
    lieCount = 0
    accused = []
  }

  /// What a person needs to see of a failure, and how to see it again.
  public var failureText: String {
    """
    seed \(seed): \(options)
    \(violations.prefix(8).map { "  - \($0)" }.joined(separator: "\n"))
    FREEHOLD_SEED=\(seed) FREEHOLD_SEEDS=1 swift test --skip-build --filter SimulatorTests
    """
  }
}
