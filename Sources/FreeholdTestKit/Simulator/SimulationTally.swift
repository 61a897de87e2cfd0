/// How often everything that can go wrong did, in one run or in many.
///
/// A fault that is drawn and never strikes tests nothing: `missing` says which those are.
public struct SimulationTally: Sendable, Hashable {
  /// How many runs are counted.
  public private(set) var runCount = 0
  /// How many requests were sent.
  public private(set) var requestCount = 0
  /// How often each thing happened.
  public private(set) var happenings: [Happening: Int] = [:]
  /// In how many runs each thing happened.
  public private(set) var runsWith: [Happening: Int] = [:]
  /// How often each lie was told.
  public private(set) var lies: [EvilNode.Lie: Int] = [:]
  /// In how many runs a node that told this lie was named.
  public private(set) var namings: [EvilNode.Lie: Int] = [:]

  /// Counts nothing yet.
  public init() {}

  /// Adds a run.
  public mutating func add(_ outcome: SimulationOutcome) {
    runCount += 1
    requestCount += outcome.requestCount
    for (happening, count) in outcome.happenings where count > 0 {
      happenings[happening, default: 0] += count
      runsWith[happening, default: 0] += 1
    }
    guard let lie = outcome.options.lie, outcome.lieCount > 0 else { return }
    lies[lie, default: 0] += outcome.lieCount
    if !outcome.accused.isEmpty { namings[lie, default: 0] += 1 }
  }

  /// What never happened.
  public var missing: [String] {
    Happening.allCases.filter { happenings[$0] == nil }.map(\.rawValue)
      + EvilNode.Lie.allCases.filter { lies[$0] == nil }.map { "the lie \($0.rawValue)" }
  }

  /// One line for each thing.
  public var lines: [String] {
    let faults = Happening.allCases.map { happening in
      "\(happenings[happening] ?? 0) times in \(runsWith[happening] ?? 0) runs: "
        + happening.rawValue
    }
    let told = EvilNode.Lie.allCases.map { lie in
      "\(lies[lie] ?? 0) times, named in \(namings[lie] ?? 0) runs: the lie \(lie.rawValue)"
    }
    return ["\(runCount) runs, \(requestCount) requests"] + faults + told
  }
}
