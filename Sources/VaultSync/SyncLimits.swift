/// The bounds of docs/spec/sync.md section 7, checked before anything is allocated for a message.
public enum SyncLimits {
  /// The longest feed entry, in bytes: a commit is cut into entries well below this.
  public static let entryBytesMax = 8 << 20
  /// The longest body of a push or of a sync answer, in bytes.
  public static let messageBytesMax = 24 << 20
  /// The longest shard: a whole 16 MiB pack (replication), and room for rounding.
  public static let shardBytesMax = (16 << 20) + (64 << 10)
  /// How many feeds one vault may have at a node.
  public static let feedsMax = 4096
  /// How many other devices an entry may name in its dependencies.
  public static let dependenciesMax = 1024
  /// How many policy entries one message may carry or name.
  public static let policyEntriesMax = 65_536
  /// How many shards one question about presence may name.
  public static let haveShardsMax = 16_384
  /// The longest message about waiting, in bytes.
  public static let waitBytesMax = 256
  /// How many seconds a client may ask a node to wait for a change: less than the minute after
  /// which many things between the two cut a silent connection.
  public static let waitSecondsMax = 50
  /// The longest signed statement, in bytes.
  public static let statementBytesMax = 64 << 10
  /// The longest receipt, in bytes.
  public static let receiptBytesMax = statementBytesMax
  /// How many feeds one receipt names; its digest covers all of them.
  public static let receiptFeedsMax = 512
  /// How many feeds a checkpoint may cover: its statement stays within its limit.
  public static let checkpointFeedsMax = 512
  /// How many pieces a checkpoint may have.
  public static let checkpointPiecesMax = 512
  /// The longest URL in a node's record, in bytes.
  public static let addressBytesMax = 256
  /// How many URLs a node's record may list.
  public static let addressesMax = 8
  /// How many unsigned bytes a writer lets pass before it signs an entry in the middle of a commit.
  public static let unsignedBytesMax = 1 << 20
  /// How many bytes of entries a client asks for in one exchange.
  public static let entriesBytesWanted = 16 << 20
  /// The longest message that a mailbox keeps.
  public static let mailboxMessageBytesMax = 64 << 10
}
