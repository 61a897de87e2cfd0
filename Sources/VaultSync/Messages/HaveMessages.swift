import VaultEncoding
public import VaultPacking

/// Asks a node which shards it holds.
public struct HaveRequest: Hashable, Sendable {
  /// The shards in question.
  public var shards: [ShardName]

  /// Makes a question.
  public init(shards: [ShardName]) {
    self.shards = shards
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.map([("shards", .array(shards.map { .bytes($0.root.bytes) }))]))
  }

  /// Decodes a question.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["shards"])
    shards = try fields.array("shards", countMax: SyncLimits.haveShardsMax).map {
      item throws(MessageError) in ShardName(root: try item.wireBytes32("shard"))
    }
  }
}

/// A node's answer to a `HaveRequest`.
public struct HaveResponse: Hashable, Sendable {
  /// The length of each shard in the order asked, 0 for an absent one.
  public var sizes: [Int]

  /// Makes an answer.
  public init(sizes: [Int]) {
    self.sizes = sizes
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.map([("sizes", .array(sizes.map { .unsigned(UInt64($0)) }))]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["sizes"])
    sizes = try fields.array("sizes", countMax: SyncLimits.haveShardsMax).map {
      item throws(MessageError) in try item.wireInt("size")
    }
  }
}
