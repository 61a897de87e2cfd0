import VaultEncoding

/// How large tokens and their parts may be.
///
/// docs/spec/ucan.md, "Limits".
///
/// Nodes decode tokens of strangers before they know who they are, so every part is bounded.
public enum UCANLimits {
  /// The longest delegation: a link takes about 300 bytes, conditions the rest.
  public static let delegationBytesMax = 8 << 10
  /// The longest invocation: its `args` are bounded by it too.
  public static let invocationBytesMax = 64 << 10
  /// The most proofs of an invocation.
  public static let chainLinksMax = 8
  /// The deepest nesting of statements.
  public static let policyDepthMax = 16
  /// The most statements of one link, counting nested ones.
  public static let policyStatementsMax = 256
  /// The longest selector.
  public static let selectorBytesMax = 256
  /// The most steps of a selector.
  public static let selectorStepsMax = 16
  /// The longest pattern of `like`.
  public static let patternBytesMax = 1 << 10
  /// The longest command.
  public static let commandBytesMax = 256
  /// The longest nonce: 12 random bytes suffice, we write 16.
  public static let nonceBytesMax = 64
  /// The longest invocation with its proofs.
  public static let containerBytesMax = 64 << 10
  /// The greatest magnitude of an integer that every implementation holds exactly: 2^53 − 1.
  public static let integerMagnitudeMax: UInt64 = (1 << 53) - 1
  /// How far two honest clocks may differ.
  public static let skewSeconds: Int64 = 60

  /// What the DAG-CBOR decoder may take: a statement nests two levels, so 64 hold 16 of them.
  static func cborLimits(bytesMax: Int) -> CBORLimits {
    CBORLimits(
      bytesMax: bytesMax, depthMax: 64, itemsMax: 1 << 14, integerMagnitudeMax: integerMagnitudeMax)
  }
}
