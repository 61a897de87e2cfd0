import VaultEncoding

/// How many entries of each feed there are at one place: a version vector without hashes.
public typealias FeedCounts = [FeedKey: Int]

extension FeedCounts {
  /// The counts of a vector.
  public init(_ vector: FeedVector) { self = vector.mapValues(\.count) }

  /// The counts as they are kept: `[[scope, device key, count], …]`, sorted.
  var wireValue: CBORValue {
    .array(
      sorted { $0.key < $1.key }.map { feed, count in
        .array([
          .bytes(feed.scope.bytes), .bytes(feed.device.key.bytes), .unsigned(UInt64(count)),
        ])
      })
  }

  init(wire value: CBORValue) throws(MessageError) {
    self.init()
    for item in try value.wireArray("feeds", countMax: SyncLimits.feedsMax) {
      let fields = try item.wireTuple("feed", count: 3)
      let feed = FeedKey(
        scope: try fields[0].wireScope("scope"), device: DID(key: try fields[1].wireBytes32("key")))
      self[feed] = try fields[2].wireInt("count")
    }
  }
}
