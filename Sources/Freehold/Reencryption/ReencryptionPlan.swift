/// What lies under keys of before.
public struct ReencryptionPlan: Hashable, Sendable {
  /// How many files can be sealed anew.
  public internal(set) var fileCount = 0
  /// How many bytes they have.
  public internal(set) var bytes = 0
  /// How many files have several contents: they stay until somebody has decided.
  public internal(set) var conflictCount = 0
  /// Sealed bytes that some node still lacks, as after a run that was stopped.
  public internal(set) var waitingBytes = 0

  /// Whether everything that is shown lies under the newest keys.
  public var isDone: Bool { fileCount == 0 && conflictCount == 0 }

  static func + (one: ReencryptionPlan, other: ReencryptionPlan) -> ReencryptionPlan {
    var sum = one
    sum.fileCount += other.fileCount
    sum.bytes += other.bytes
    sum.conflictCount += other.conflictCount
    sum.waitingBytes += other.waitingBytes
    return sum
  }
}

/// What sealing anew has come to.
public struct ReencryptionOutcome: Hashable, Sendable {
  /// What is left.
  public internal(set) var left = ReencryptionPlan()
  /// What went wrong at the nodes.
  public internal(set) var problems: [Problem] = []
}
