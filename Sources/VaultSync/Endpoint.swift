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

  /// The path of one shard.
  public static func shard(_ name: ShardName) -> String { shardPrefix + name.root.hex }
}
