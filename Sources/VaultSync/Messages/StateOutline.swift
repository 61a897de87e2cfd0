import VaultCrypto
public import VaultEncoding

/// A node's summary in short: tells a client in which parts the two differ.
public struct StateOutline: Hashable, Sendable {
  /// The digest of the policy entries.
  public var policy: HashPrefix
  /// The digest of the newest heads.
  public var heads: HashPrefix
  /// The digest of each scope that has feeds.
  public var scopes: [ScopeID: HashPrefix]

  /// The short form of a summary.
  public init(_ summary: StateSummary) {
    policy = HashPrefix(summary.policy)
    heads = HashPrefix(summary.heads)
    scopes = summary.scopes.mapValues { HashPrefix($0) }
  }
}

extension StateOutline {
  /// Whether everything but heads is the same, as far as prefixes tell.
  public func hasContent(of other: StateOutline) -> Bool {
    policy == other.policy && scopes == other.scopes
  }

  /// Stands for everything but heads, where nothing better is known.
  public var contentMark: Bytes32 {
    let heads = HashPrefix(Bytes32.zero)
    var plain = self
    plain.heads = heads
    return Hash.sha256(DAGCBOR.encode(plain.wireValue))
  }

  /// `[policy, heads, [[scope, digest], …]]`.
  var wireValue: CBORValue {
    .array([
      policy.wireValue, heads.wireValue,
      .array(
        scopes.sorted { $0.key < $1.key }.map {
          .array([.bytes($0.key.bytes), $0.value.wireValue])
        }),
    ])
  }

  init(wire value: CBORValue) throws(MessageError) {
    let parts = try value.wireTuple("outline", count: 3)
    policy = try HashPrefix(wire: parts[0], "policy")
    heads = try HashPrefix(wire: parts[1], "heads")
    scopes = [:]
    for item in try parts[2].wireArray("scopes", countMax: SyncLimits.feedsMax) {
      let pair = try item.wireTuple("scope", count: 2)
      scopes[try pair[0].wireScope("scope")] = try HashPrefix(wire: pair[1], "scope")
    }
  }
}
