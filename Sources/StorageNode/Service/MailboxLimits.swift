/// The bounds of a node's mailboxes (docs/spec/node.md section 4).
public struct MailboxLimits: Sendable, Hashable {
  /// How many there are at once.
  public var countMax = 1_000
  /// How many of them are one vault's; a new one takes the place of the oldest.
  public var countPerVaultMax = 8
  /// How many a vault may open while the life of one passes.
  public var openingsPerVaultMax = 32
  /// Bytes of all messages together.
  public var bytesMax = 32 << 20
  /// How long one lives.
  public var lifetimeSeconds = 600

  /// The defaults.
  public init() {}
}
