public import VaultEncoding

extension [FeedRun] {
  /// The runs as they travel: `[[scope, device, first, [entry, …]], …]`.
  public var wireValue: CBORValue {
    .array(
      map { run in
        .array([
          .bytes(run.feed.scope.bytes), .text(run.feed.device.text), .unsigned(UInt64(run.first)),
          .array(run.entries.map { .bytes($0) }),
        ])
      })
  }

  /// Reads runs from a message; their entries are checked by `FeedRun.verified`.
  public init(wire value: CBORValue) throws(MessageError) {
    self = try value.wireArray("entries", countMax: SyncLimits.feedsMax).map {
      item throws(MessageError) in
      let parts = try item.wireTuple("run", count: 4)
      let feed = FeedKey(
        scope: try parts[0].wireScope("scope"), device: try parts[1].wireDID("device"))
      let entries = try parts[3].wireArray("run", countMax: 1 << 20).map {
        entry throws(MessageError) -> [UInt8] in
        guard case .bytes(let bytes) = entry, bytes.count <= SyncLimits.entryBytesMax else {
          throw .field("an entry is not bytes up to \(SyncLimits.entryBytesMax)")
        }
        return bytes
      }
      return FeedRun(feed: feed, first: try parts[2].wireInt("first"), entries: entries)
    }
  }
}
