public import VaultEncoding

/// Which operations of a device count.
///
/// docs/spec/policy.md, "Operations that stay".
extension PolicyState {
  /// How much of a device's feeds counts.
  public enum OperationLimit: Hashable, Sendable {
    /// Everything: a grant of it holds.
    case unlimited
    /// In each scope so many entries, ending in that hash; nothing in other scopes.
    case upTo([ScopeID: FeedPosition])
  }

  /// How much of a device's feeds counts.
  ///
  /// While a grant of it holds, all does. After that, what every revocation that took a grant away
  /// keeps; of several grants, the one that keeps most.
  public func operationLimit(of device: DID) -> OperationLimit {
    let positions = history.rules.grantsTo[device] ?? []
    guard !positions.contains(where: { verdict.isLive[$0] }) else { return .unlimited }
    var limit: [ScopeID: FeedPosition] = [:]
    for position in positions where verdict.isEffective[position] {
      limit.merge(kept(of: device, grantAt: position)) { $0.count >= $1.count ? $0 : $1 }
    }
    return .upTo(limit)
  }

  /// How much of a device's feed in one scope counts.
  ///
  /// Only grants that let it write there are looked at: who may still read a folder, or write in
  /// another one, has lost what it lost in this one.
  public func operationLimit(of device: DID, in scope: ScopeID) -> OperationLimit {
    let request = Request.pushLog(scope: scope)
    let positions = (history.rules.grantsTo[device] ?? []).filter {
      grant(at: $0, allows: request, now: nil)
    }
    guard !positions.contains(where: { verdict.isLive[$0] }) else { return .unlimited }
    var limit: FeedPosition?
    for position in positions where verdict.isEffective[position] {
      guard let kept = kept(of: device, grantAt: position)[scope] else { continue }
      if kept.count > limit?.count ?? 0 { limit = kept }
    }
    return .upTo(limit.map { [scope: $0] } ?? [:])
  }

  /// What all revocations of a grant, and of those that it rests on, keep of a device.
  func kept(of device: DID, grantAt position: Int) -> [ScopeID: FeedPosition] {
    var kept: [ScopeID: FeedPosition]?
    var next = position
    while next != RankedCutoffs<CID, DID>.root {
      for revocation in verdict.hits[next] ?? [] {
        let feeds = history.entries[revocation].revocation?.keptOperations.feeds[device] ?? []
        let named = Dictionary(uniqueKeysWithValues: feeds.map { ($0.scope, $0) })
        kept = kept.map { Self.shorter($0, named) } ?? named
      }
      next = history.rules.actors[next]
    }
    return kept ?? [:]
  }

  private static func shorter(
    _ left: [ScopeID: FeedPosition], _ right: [ScopeID: FeedPosition]
  ) -> [ScopeID: FeedPosition] {
    var shorter: [ScopeID: FeedPosition] = [:]
    for (scope, one) in left {
      guard let other = right[scope] else { continue }
      shorter[scope] = one.count <= other.count ? one : other
    }
    return shorter
  }
}
