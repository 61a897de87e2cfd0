/// How thoroughly to check.
public enum CheckLevel: Hashable, Sendable {
  /// Ask every node what it has, and compare with what it should have.
  case quick
  /// Also read so many percent of the shards and compare them with their names.
  case sample(percent: Double)
  /// Read every shard, and every entry and head.
  case all
}

/// What a check found.
public struct CheckReport: Hashable, Sendable {
  /// Files whose manifests were looked at.
  public var files = 0
  /// Shards that nodes were asked for.
  public var shardsAsked = 0
  /// Shards that were read and compared with their names.
  public var shardsRead = 0
  /// Bytes received.
  public var receivedBytes = 0
  /// What is wrong, worst first; empty when all is well.
  public var problems: [Problem] = []
  /// How long it took.
  public var durationMilliseconds = 0

  /// Adds what was found in a scope inside the vault's folder.
  mutating func add(_ part: CheckReport) {
    files += part.files
    shardsAsked += part.shardsAsked
    shardsRead += part.shardsRead
    receivedBytes += part.receivedBytes
    problems += part.problems.filter { !problems.contains($0) }
  }
}
