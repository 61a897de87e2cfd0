/// What an authorizer decides.
public enum Decision: Sendable {
  /// It may be done.
  case allow(Allowance)
  /// It may not.
  case refuse(Refusal)

  /// The allowance, if there is one.
  public var allowance: Allowance? {
    if case .allow(let allowance) = self { allowance } else { nil }
  }

  /// The refusal, if there is one.
  public var refusal: Refusal? {
    if case .refuse(let refusal) = self { refusal } else { nil }
  }
}
