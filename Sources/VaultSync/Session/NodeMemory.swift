public import VaultEncoding

/// What a node has acknowledged or shown before: it may never show less.
public struct NodeMemory: Hashable, Sendable {
  /// The furthest position of each feed.
  public var feeds: FeedVector
  /// The number of the newest head of each device.
  public var heads: [DID: Int]

  /// Remembers nothing, or what was stored.
  public init(feeds: FeedVector = [:], heads: [DID: Int] = [:]) {
    self.feeds = feeds
    self.heads = heads
  }

  /// Takes in what a node shows or acknowledges now; never forgets anything further.
  public mutating func note(_ shown: FeedVector) {
    for (feed, position) in shown where position.count >= (feeds[feed]?.count ?? 0) {
      feeds[feed] = position
    }
  }

  /// Takes in a head that the node shows or was brought.
  public mutating func note(head sequence: Int, of device: DID) {
    heads[device] = max(heads[device] ?? 0, sequence)
  }

  /// The memory as it is kept in the local store.
  public var bytes: [UInt8] {
    let marks = heads.sorted { $0.key < $1.key }.map { device, sequence -> CBORValue in
      .array([.text(device.text), .int(sequence)])
    }
    return DAGCBOR.encode(.map([("feeds", feeds.wireValue), ("heads", .array(marks))]))
  }

  /// Decodes a memory of the local store.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["feeds", "heads"])
    feeds = try FeedVector(wire: try fields.value("feeds"))
    heads = [:]
    for item in try fields.array("heads", countMax: SyncLimits.feedsMax) {
      let parts = try item.wireTuple("head", count: 2)
      heads[try parts[0].wireDID("head")] = try parts[1].wireInt("head")
    }
  }
}
