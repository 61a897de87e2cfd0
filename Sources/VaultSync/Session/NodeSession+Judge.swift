import VaultEncoding

extension NodeSession {
  /// Compares what the node claims to hold with what it has shown and signed before.
  mutating func judge(claimed: StateParts) {
    for (feed, before) in memory.shown where claimed.scopes[feed.scope] != nil {
      let count = claimed[feed]?.count ?? 0
      let signed = memory.receipts.position(of: feed)?.count ?? 0
      acknowledged.lower(feed, to: count)
      if count < before {
        note(
          .rolledBack(feed: feed, acknowledged: before, shown: count, isSigned: count < signed))
      }
    }
    guard let heads = claimed.heads else { return }
    for (device, before) in memory.heads {
      let shown = heads[device]?.sequence ?? 0
      if shown < before {
        note(.olderHead(device: device, acknowledged: before, shown: shown))
      }
    }
  }

  /// Compares the chains that the node claims with this device's own.
  mutating func judgeChains(
    _ shown: StateParts, local: LocalState, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    for (scope, feeds) in shown.scopes {
      for (device, mark) in feeds where mark.count > 0 {
        let feed = FeedKey(scope: scope, device: device)
        guard mark.count <= (local.feeds[feed]?.count ?? 0) else { continue }
        if let chain = try chainAt(feed, mark.count), HashPrefix(chain) != mark.chain {
          note(.contradiction(feed: feed, at: mark.count))
        }
      }
    }
  }

  /// Remembers what the node shows in the parts that were asked about.
  mutating func noteShown(_ shown: StateParts, of asked: StateParts) {
    for scope in asked.scopes.keys {
      for feed in remote.keys where feed.scope == scope { remote[feed] = 0 }
      for (device, mark) in shown.scopes[scope] ?? [:] {
        remote[FeedKey(scope: scope, device: device)] = mark.count
      }
    }
    memory.note(remote)
    if asked.policy != nil, let heads = shown.policy { remotePolicy = .under(heads) }
    if asked.heads != nil, let heads = shown.heads {
      remoteHeads = heads.mapValues(\.sequence)
      for (device, mark) in heads { memory.note(head: mark.sequence, of: device) }
    }
  }

  /// After everything was fetched, a node that names more than it gave is withholding.
  mutating func findWithheld(_ shown: StateParts, local: LocalState) {
    for (scope, feeds) in shown.scopes {
      for (device, mark) in feeds {
        let feed = FeedKey(scope: scope, device: device)
        let have = local.feeds[feed]?.count ?? 0
        if have < mark.count { note(.withheld(feed: feed, named: mark.count, given: have)) }
      }
    }
  }
}
