import VaultEncoding

/// What taking access away would do: shown before anything is done.
public struct AccessRevocationPlan: Sendable {
  /// The person.
  public let name: String
  /// What would be taken away.
  public let access: [GivenAccess]
  /// What others have through this person only, and lose with it unless it is given anew.
  public let fallingAccess: [GivenAccess]
  /// How many of its entries stay.
  public let keptEntries: Int
  /// Nodes that could not be asked what they have.
  public let unheard: [String]
  /// Whether it is taken away already, and only some nodes do not know.
  public var isDone: Bool { entries.isEmpty }
  let members: [DID]
  let entries: [CID]
}

/// What came of taking access away.
public struct AccessRevocationOutcome: Sendable {
  /// What was taken away.
  public let plan: AccessRevocationPlan
  /// How many new keys were started.
  public let newEpochs: Int
  /// Which nodes know.
  public let coverage: PolicyCoverage
}
