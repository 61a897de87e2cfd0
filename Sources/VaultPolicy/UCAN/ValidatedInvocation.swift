/// An invocation that passed every step: only the validator makes one.
public struct ValidatedInvocation: Sendable {
  /// What is asked.
  public let invocation: Invocation
  /// The links that allow it, the subject's own first; empty when the subject asks itself.
  public let chain: [Verified<Delegation>]
}
