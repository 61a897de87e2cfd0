/// How much a policy log may hold.
///
/// docs/spec/policy.md, "Limits".
public struct PolicyLimits: Hashable, Sendable {
  /// The longest entry; more seals than fit go into further entries.
  public static let entryBytesMax = 64 << 10
  /// The most entries that one entry names as its past besides its own previous one.
  public static let dependenciesMax = 256
  /// The longest chain of grants: that of delegations, for one is the other.
  public static let grantDepthMax = UCANLimits.chainLinksMax
  /// The highest number in an entry, exact in every implementation.
  public static let numberMax = UInt64(UCANLimits.integerMagnitudeMax)
  /// The most actors or principals that a revocation or seal names.
  public static let keepMax = 1024
  /// The most feeds of one principal that a revocation or seal names.
  public static let keepFeedsMax = 1024
  /// The longest seal of an epoch key: 1,190 bytes today, room for another suite.
  public static let sealBytesMax = 4 << 10
  /// The longest sealed key of an earlier epoch.
  public static let backSealBytesMax = 512
  /// The most epochs that one epoch follows.
  public static let backMax = 64
  /// The longest sealed label of a scope.
  public static let labelBytesMax = 1 << 10
  /// The most settings of one entry.
  public static let settingsMax = 256
  /// What suits one vault: far above what people do in a lifetime.
  public static let standard = PolicyLimits(
    entriesMax: 65_536, bytesMax: 128 << 20, waitingMax: 4096, waitingBytesMax: 16 << 20)

  /// The most entries.
  public var entriesMax: Int
  /// The most bytes of entries.
  public var bytesMax: Int
  /// The most entries that wait for others.
  public var waitingMax: Int
  /// The most bytes of entries that wait for others.
  public var waitingBytesMax: Int

  /// Sets the limits.
  public init(entriesMax: Int, bytesMax: Int, waitingMax: Int, waitingBytesMax: Int) {
    self.entriesMax = entriesMax
    self.bytesMax = bytesMax
    self.waitingMax = waitingMax
    self.waitingBytesMax = waitingBytesMax
  }
}
