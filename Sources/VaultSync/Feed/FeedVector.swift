public import VaultEncoding

/// How far every feed of a vault goes at one place: a version vector with hashes.
public typealias FeedVector = [FeedKey: FeedPosition]

extension FeedVector {
  /// The vector as it is signed and kept: `[[scope, [[device key, count, chain], …]], …]`, sorted.
  public var wireValue: CBORValue {
    let byScope = [ScopeID: [Element]](grouping: self) { $0.key.scope }.sorted { $0.key < $1.key }
    return .array(byScope.map { .array([.bytes($0.key.bytes), Self.wireValue(of: $0.value)]) })
  }

  private static func wireValue(of feeds: [Element]) -> CBORValue {
    let items = feeds.sorted { $0.key < $1.key }.map { key, position -> CBORValue in
      .array([
        .bytes(key.device.key.bytes), .unsigned(UInt64(position.count)),
        .bytes(position.chain.bytes),
      ])
    }
    return .array(items)
  }

  /// Reads a vector; a feed may be named once, and a scope too.
  public init(wire value: CBORValue) throws(MessageError) {
    self.init()
    var scopes: Set<ScopeID> = []
    for item in try value.wireArray("scopes", countMax: SyncLimits.feedsMax) {
      let pair = try item.wireTuple("scope", count: 2)
      let scope = try pair[0].wireScope("scope")
      guard scopes.insert(scope).inserted else { throw .field("a scope is named twice") }
      for feed in try pair[1].wireArray("feeds", countMax: SyncLimits.feedsMax - count) {
        let fields = try feed.wireTuple("feed", count: 3)
        let key = FeedKey(scope: scope, device: DID(key: try fields[0].wireBytes32("device")))
        let position = FeedPosition(
          count: try fields[1].wireInt("count"), chain: try fields[2].wireBytes32("chain"))
        guard updateValue(position, forKey: key) == nil else {
          throw .field("a feed is named twice")
        }
      }
    }
  }

  /// The feeds of one scope.
  public func feeds(of scope: ScopeID) -> FeedVector { filter { $0.key.scope == scope } }
}
