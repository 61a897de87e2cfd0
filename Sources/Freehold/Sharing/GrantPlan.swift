/// What granting something would do: shown before anything is done.
public struct GrantPlan: Sendable {
  /// To whom.
  public let contact: Contact
  /// What, and under which terms.
  public let terms: AccessTerms
  /// Where.
  public let path: VaultPath
  /// Files in the folder.
  public let fileCount: Int
  /// Whether the folder gets keys of its own by it.
  public let makesScope: Bool
  /// What the contact has there already; nil for nothing.
  public let present: AccessRight?
}

/// What came of granting something.
public struct GrantOutcome: Sendable {
  /// What was granted.
  public let plan: GrantPlan
  /// What the other person is to be given.
  public let offer: ShareOffer
  /// Which nodes know.
  public let coverage: PolicyCoverage
}
