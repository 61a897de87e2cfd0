public import VaultEncoding

/// How far every feed of a vault goes at one place: a version vector with hashes.
public typealias FeedVector = [FeedKey: FeedPosition]

extension FeedVector {
  /// The vector as it travels: `[[scope, device, count, chain], …]`, sorted.
  public var wireValue: CBORValue {
    .array(
      sorted { $0.key < $1.key }.map { key, position in
        .array([
          .bytes(key.scope.bytes), .text(key.device.text), .unsigned(UInt64(position.count)),
          .bytes(position.chain.bytes),
        ])
      })
  }

  /// Reads a vector from a message; a feed may be named once.
  public init(wire value: CBORValue) throws(MessageError) {
    self.init()
    for item in try value.wireArray("feeds", countMax: SyncLimits.feedsMax) {
      let fields = try item.wireTuple("feed", count: 4)
      let key = FeedKey(
        scope: try fields[0].wireScope("scope"), device: try fields[1].wireDID("device"))
      let position = FeedPosition(
        count: try fields[2].wireInt("count"), chain: try fields[3].wireBytes32("chain"))
      guard updateValue(position, forKey: key) == nil else { throw .field("a feed is named twice") }
    }
  }
}
