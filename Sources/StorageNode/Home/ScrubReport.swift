public import VaultEncoding

/// What reading every shard of a node found.
public struct ScrubReport: Sendable, Hashable {
  /// A shard that is not what it should be.
  public struct Finding: Sendable, Hashable {
    /// Whose shard.
    public let vault: DID
    /// Its name, in hexadecimal digits.
    public let shard: String
    /// What is wrong.
    public let problem: String
  }

  /// Shards read.
  public internal(set) var shardCount = 0
  /// Bytes read.
  public internal(set) var bytes: Int64 = 0
  /// Files without a row: a crash left them, and the next start removes them.
  public internal(set) var strayCount = 0
  /// Shards whose bytes are not those of their names.
  public internal(set) var rotten: [Finding] = []
}
