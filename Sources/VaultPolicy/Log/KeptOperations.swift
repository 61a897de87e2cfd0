public import VaultEncoding

/// For each device the entries that count: what a revocation or a seal keeps.
///
/// docs/spec/policy.md, "Operations that stay".
public struct KeptOperations: Hashable, Sendable {
  /// Nothing counts.
  public static let none = KeptOperations([:])

  /// The positions of each device, a scope once.
  public let feeds: [DID: [FeedPosition]]

  /// Takes positions; of two in one scope the shorter counts.
  public init(_ feeds: [DID: [FeedPosition]]) {
    self.feeds = feeds.mapValues { positions in
      var shortest: [ScopeID: FeedPosition] = [:]
      for position in positions where position.count < shortest[position.scope]?.count ?? .max {
        shortest[position.scope] = position
      }
      return shortest.values.sorted { $0.scope < $1.scope }
    }
  }

  var value: CBORValue {
    .map(
      feeds.map { did, positions in
        CBORPair(
          key: did.text,
          value: .array(
            positions.map {
              .array([.scope($0.scope), .unsigned($0.count), .bytes($0.chain)])
            }))
      })
  }

  /// Reads the one form that is written: scopes sorted, each once.
  init?(_ value: CBORValue) {
    guard let map = value.asMap, map.count <= PolicyLimits.keepMax else { return nil }
    var feeds: [DID: [FeedPosition]] = [:]
    for pair in map {
      guard let did = try? DID(pair.key), let items = pair.value.asArray,
        items.count <= PolicyLimits.keepFeedsMax
      else { return nil }
      let positions = items.compactMap(Self.position)
      guard positions.count == items.count,
        zip(positions, positions.dropFirst()).allSatisfy({ $0.scope < $1.scope })
      else { return nil }
      feeds[did] = positions
    }
    self.feeds = feeds
  }

  private static func position(_ value: CBORValue) -> FeedPosition? {
    guard let items = value.asArray, items.count == 3, let scope = items[0].asScope,
      let count = items[1].asUInt, count <= PolicyLimits.numberMax, let chain = items[2].asBytes32
    else { return nil }
    return FeedPosition(scope: scope, count: count, chain: chain)
  }
}
