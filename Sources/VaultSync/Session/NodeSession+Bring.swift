public import VaultEncoding
public import VaultPolicy

extension NodeSession {
  /// What the node lacks of `local`: for each feed the first sequence number to bring.
  public func lacking(_ local: LocalState) -> FeedCounts {
    var result: FeedCounts = [:]
    for (feed, position) in local.feeds where remote[feed] ?? 0 < position.count {
      result[feed] = (remote[feed] ?? 0) + 1
    }
    return result
  }

  /// The devices whose newest heads the node lacks.
  public func headsLacking(_ local: LocalState) -> [DID] {
    local.heads.filter { $0.value.sequence > remoteHeads[$0.key] ?? 0 }.keys.sorted()
  }

  /// The policy entries that the node lacks, each after what it builds on.
  ///
  /// A node that lacks what it has signed for is found.
  public mutating func policyLacking(_ log: PolicyLog) -> [PolicyEntry] {
    switch remotePolicy {
    case .unknown: return Array(log.entries.dropFirst(acknowledged.policyCount))
    case .first(let count): return Array(log.entries.dropFirst(count))
    case .under(let heads):
      let named = Set(heads)
      let lacking = log.entries(notUnder: { named.contains($0.syncPrefix) })
      if let first = lacking.first,
        let position = log.entries.firstIndex(where: { $0.cid == first.cid }),
        position < acknowledged.policyCount
      {
        note(.policyRolledBack(acknowledged: acknowledged.policyCount, shown: position))
        acknowledged.policyCount = position
      }
      return lacking
    }
  }

  /// Takes in what a node acknowledged with its signature after a push.
  ///
  /// `brought` is what this device held when it sent the push.
  public mutating func acknowledge(
    _ receipt: PushReceipt, of brought: LocalState, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    for (feed, position) in receipt.feeds { remote[feed] = position.count }
    try keep(receipt, of: brought, chainAt: chainAt)
  }

  /// Takes in that the heads and policy entries of a push were taken.
  public mutating func noteBrought(heads: [DID: Int], policyCount: Int) {
    remoteHeads.merge(heads, uniquingKeysWith: max)
    for (device, sequence) in heads { memory.note(head: sequence, of: device) }
    remotePolicy = .first(policyCount)
  }

  /// A request for the signature that is still missing; nil when the node has signed for all that
  /// it says it holds.
  public func confirmation(_ local: LocalState) -> SyncRequest? {
    let unsigned = local.feeds.filter { feed, position in
      remote[feed] ?? 0 >= position.count && acknowledged.feeds[feed] ?? 0 < position.count
    }
    guard !unsigned.isEmpty || acknowledged.policyCount < local.policy.count else { return nil }
    var parts = StateParts()
    for scope in Set(unsigned.keys.map(\.scope)) { parts.add(scope, of: local.feeds) }
    return SyncRequest(
      digest: local.digest, wantsReceipt: true, known: parts, entriesBytesMost: 0)
  }

  /// Takes in the answer to a `confirmation`.
  public mutating func confirm(
    _ response: SyncResponse, of local: LocalState,
    chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    if let news = response.news { judge(claimed: news.shown) }
    if let receipt = response.receipt {
      try accept(receipt, of: local, chainAt: chainAt)
    }
  }

  /// Takes in a receipt that came with an answer.
  mutating func accept(
    _ bytes: [UInt8], of state: LocalState, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    guard let receipt = try? PushReceipt(verifying: bytes), receipt.node == node,
      receipt.vault == vault
    else { return note(.forged("a receipt with a wrong signature")) }
    try keep(receipt, of: state, chainAt: chainAt)
  }

  private mutating func keep(
    _ receipt: PushReceipt, of state: LocalState, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    if receipt.digest == state.digest {
      memory.keep(receipt, of: state)
      acknowledged.raise(state.feeds)
      acknowledged.policyCount = max(acknowledged.policyCount, state.policy.count)
    }
    var proved: FeedVector = [:]
    for (feed, position) in receipt.feeds where position.count > 0 {
      // What this device does not have cannot be compared: it does not count.
      guard let chain = try chainAt(feed, position.count) else { continue }
      if chain == position.chain {
        proved[feed] = position
      } else {
        note(.signedContradiction(feed: feed, at: position.count))
      }
    }
    memory.keep(receipt, proving: proved)
    acknowledged.raise(proved)
  }
}
