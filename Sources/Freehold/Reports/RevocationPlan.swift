/// What the revocation of a device would do, for a person to look at.
public struct RevocationPlan: Sendable {
  /// The device that is to go.
  public var device: DeviceSummary
  /// The devices that fall with it, because it let them in.
  public var falling: [DeviceSummary]
  /// The devices that its home was, and that keep their access: whoever has the home may have their
  /// keys.
  public var former: [DeviceSummary]
  /// What people have through these devices only, and lose with them unless it is given anew.
  public var fallingAccess: [GivenAccess]
  /// How many of their changes stay: all that is known here.
  public var keptEntries: Int
  /// Nodes that could not be asked what more there is: one sentence each.
  public var unheard: [String]
}

/// What came of a revocation.
public struct RevocationOutcome: Sendable {
  /// What was done.
  public var plan: RevocationPlan
  /// How many new keys were started.
  public var newEpochs: Int
  /// Which nodes enforce it already.
  public var coverage: PolicyCoverage
}
