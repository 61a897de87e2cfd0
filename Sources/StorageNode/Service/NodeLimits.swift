/// Every bound a node keeps, with its reason (docs/spec/node.md section 4).
public struct NodeLimits: Sendable, Hashable {
  /// Room that only deletions and policy may use, so that a full vault can still shrink.
  public var reserveBytes = 4 << 20
  /// The largest push that may use the reserve: policy, heads and a deletion's entry.
  public var reservePushBytes = 256 << 10
  /// Evaluated policy logs kept in memory.
  public var policiesInMemory = 256
  /// Free space of the file system below which nothing is stored for anybody.
  public var diskFreeBytesMin: UInt64 = 64 << 20
  /// Requests a second of one vault, and how many may come at once.
  public var vaultRequests = Rate(perSecond: 2_000, burst: 10_000)
  /// Requests that wait for a change: each holds one of the connections.
  public var waits = 8_000
  /// Those of one vault: each of its devices waits once; some seats are of those that broke off.
  public var waitsPerVault = 256
  /// Vaults whose rate is remembered.
  public var vaultsRated = 10_000

  /// Requests a second to mailboxes without an invocation, from all addresses together, and how
  /// many may come at once: in ten minutes far fewer than there are numbers.
  public var strangerRequests = Rate(perSecond: 200, burst: 1_000)
  /// Bounds of the mailboxes.
  public var mailboxes = MailboxLimits()

  /// The defaults.
  public init() {}

  /// A steady rate with a burst.
  public struct Rate: Sendable, Hashable {
    /// The steady rate.
    public var perSecond: Int
    /// What may come at once after a pause.
    public var burst: Int

    /// A rate.
    public init(perSecond: Int, burst: Int) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }
}
