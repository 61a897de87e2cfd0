import VaultEncoding
public import VaultPacking

/// The paths of docs/spec/sync.md section 5.
public enum Endpoint {
  /// The node's record; needs no authorisation.
  public static let node = "/v1/node"
  /// Takes up an invitation.
  public static let enroll = "/v1/enroll"
  /// Asks what is new.
  public static let sync = "/v1/sync"
  /// Asks to be told of a change.
  public static let wait = "/v1/wait"
  /// Brings policy entries, feed entries and heads.
  public static let push = "/v1/push"
  /// Asks which shards are there.
  public static let have = "/v1/have"
  /// What a shard's path begins with.
  public static let shardPrefix = "/v1/shard/"

  /// What the path of a checkpoint's piece begins with, when it is stored; it is read like a shard.
  public static let piecePrefix = "/v1/piece/"

  /// The path of one piece, for storing it.
  public static func piece(_ name: ShardName) -> String { piecePrefix + name.root.hex }

  /// The path of one shard.
  public static func shard(_ name: ShardName) -> String { shardPrefix + name.root.hex }
  /// What the path of a part of the policy log begins with; how many entries to pass over follows.
  public static let policyPrefix = "/v1/policy/"
  /// What a mailbox's path begins with; its number, a slash and a slot follow.
  public static let mailboxPrefix = "/v1/mailbox/"

  /// The path of the policy log's entries after so many.
  public static func policy(after count: Int) -> String { policyPrefix + String(count) }

  /// The path of a message in a mailbox.
  public static func mailbox(_ number: MailboxNumber, _ slot: MailboxSlot) -> String {
    "\(mailboxPrefix)\(number)/\(slot.rawValue)"
  }
}
