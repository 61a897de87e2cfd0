public import VaultEnvironment

/// What shall go wrong on a simulated disk.
///
/// Steps and calls are counted from 1, from the moment at which the faults are set.
public struct SimulatedFaults: Sendable {
  /// One kind of call that fails.
  public struct Failure: Sendable {
    /// Which calls are counted and fail.
    public var kinds: Set<SimulatedOperation.Kind>
    /// The first of them that fails.
    public var at: Int
    /// Whether all later ones fail too.
    public var isLasting: Bool
    /// How they fail.
    public var code: DiskError.Code

    /// Describes a failure.
    public init(
      of kinds: Set<SimulatedOperation.Kind>, at number: Int, with code: DiskError.Code,
      isLasting: Bool = false
    ) {
      self.kinds = kinds
      at = number
      self.code = code
      self.isLasting = isLasting
    }
  }

  /// The machine stops just before this changing step; nil for never.
  public var crashAtStep: Int?
  /// Calls that fail.
  public var failures: [Failure]
  /// So many more bytes fit on the disk; nil for as many as one likes.
  public var freeBytes: UInt64?
  /// Whether a write may take fewer bytes than it is given, as the kernel's may.
  public var hasShortWrites: Bool

  /// No faults, unless some are named.
  public init(
    crashAtStep: Int? = nil, failures: [Failure] = [], freeBytes: UInt64? = nil,
    hasShortWrites: Bool = false
  ) {
    self.crashAtStep = crashAtStep
    self.failures = failures
    self.freeBytes = freeBytes
    self.hasShortWrites = hasShortWrites
  }
}
