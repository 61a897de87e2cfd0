import VaultCrypto
public import VaultEncoding

/// The digests of everything that two parties may differ in, part by part, and one over all
/// (docs/spec/sync.md section 2).
///
/// The parts let two parties find out which of them differs; the one over all is what a node signs.
public struct StateSummary: Hashable, Sendable {
  /// The digest of the set of policy entries.
  public let policy: Bytes32
  /// The digest of the newest heads.
  public let heads: Bytes32
  /// The digest of the feeds of each scope that has any.
  public private(set) var scopes: [ScopeID: Bytes32]

  /// Sums up a vault's feeds, policy entries and newest heads.
  public init(feeds: FeedVector, policy: some Collection<CID>, heads: [DID: CID]) {
    self.init(
      policy: Self.policyDigest(policy), heads: Self.headsDigest(heads),
      scopes: Dictionary(grouping: feeds, by: \.key.scope).reduce(into: [:]) { scopes, group in
        scopes[group.key] = Self.scopeDigest(group.key, group.value)
      })
  }

  init(policy: Bytes32, heads: Bytes32, scopes: [ScopeID: Bytes32]) {
    self.policy = policy
    self.heads = heads
    self.scopes = scopes
  }

  /// The digest over all parts.
  public var digest: Bytes32 { digest(withHeads: heads) }

  /// The digest over all parts as if there were no heads: it changes when there is something to
  /// take in, and not when a device only says what it has seen.
  public var contentDigest: Bytes32 { digest(withHeads: Self.headsDigest([:])) }

  private func digest(withHeads heads: Bytes32) -> Bytes32 {
    var bytes = Array("vault/v1/state".utf8) + [0] + policy.bytes + heads.bytes
    Self.append(scopes.count, to: &bytes)
    for (_, digest) in scopes.sorted(by: { $0.key < $1.key }) { bytes += digest.bytes }
    return Hash.sha256(bytes)
  }

  /// The summary as somebody sees it who may know of some scopes only, and compares these heads.
  public func limited(
    to reaches: (ScopeID) -> Bool, heads: [DID: CID] = [:]
  ) -> StateSummary {
    StateSummary(
      policy: policy, heads: Self.headsDigest(heads), scopes: scopes.filter { reaches($0.key) })
  }

  private static func policyDigest(_ policy: some Collection<CID>) -> Bytes32 {
    var bytes = Array("vault/v1/state/policy".utf8) + [0]
    append(policy.count, to: &bytes)
    for digest in policy.map(\.digest).sorted() { bytes += digest.bytes }
    return Hash.sha256(bytes)
  }

  private static func headsDigest(_ heads: [DID: CID]) -> Bytes32 {
    var bytes = Array("vault/v1/state/heads".utf8) + [0]
    append(heads.count, to: &bytes)
    for (_, cid) in heads.sorted(by: { $0.key < $1.key }) { bytes += cid.digest.bytes }
    return Hash.sha256(bytes)
  }

  private static func scopeDigest(_ scope: ScopeID, _ feeds: [FeedVector.Element]) -> Bytes32 {
    var bytes = Array("vault/v1/state/scope".utf8) + [0] + scope.bytes
    append(feeds.count, to: &bytes)
    for (key, position) in feeds.sorted(by: { $0.key < $1.key }) {
      bytes += key.device.key.bytes
      append(position.count, to: &bytes)
      bytes += position.chain.bytes
    }
    return Hash.sha256(bytes)
  }

  private static func append(_ count: Int, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: count >> shift))
    }
  }
}

extension StateSummary {
  /// The summary as it is kept with a receipt that signs for its digest.
  var wireValue: CBORValue {
    .array([
      .bytes(policy.bytes), .bytes(heads.bytes),
      .array(
        scopes.sorted { $0.key < $1.key }.map {
          .array([.bytes($0.key.bytes), .bytes($0.value.bytes)])
        }),
    ])
  }

  init(wire value: CBORValue) throws(MessageError) {
    let parts = try value.wireTuple("summary", count: 3)
    policy = try parts[0].wireBytes32("policy")
    heads = try parts[1].wireBytes32("heads")
    scopes = [:]
    for item in try parts[2].wireArray("scopes", countMax: SyncLimits.feedsMax) {
      let pair = try item.wireTuple("scope", count: 2)
      scopes[try pair[0].wireScope("scope")] = try pair[1].wireBytes32("scope")
    }
  }
}
