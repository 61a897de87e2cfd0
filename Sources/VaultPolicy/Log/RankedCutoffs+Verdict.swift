extension RankedCutoffs {
  /// What the rules make of the entries, by position.
  struct Verdict: Sendable {
    /// Whether the entry survives the cutoffs and forks.
    var isEffective: [Bool]
    /// Whether the entry is a grant that holds.
    var isLive: [Bool]
    /// The effective revocations of each grant that has any, in the order of their positions.
    var hits: [Int: [Int]]
    /// Who signed two entries with one sequence number, and the first such number.
    var forked: [Int: UInt64]
  }
}
