import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

// A node shows a head that this device has signed, and not in this home: another home is the same
// device. How much both have is told by the signed entries, or by the head where it is of a state
// that was here. The entries that only this home has are taken out of the old feed, and written
// once more as the new device's own, on what it had seen when it wrote them.

extension Vault {
  private static let replayKey = "replay"
  private static let replayColumn = "replay"

  /// Whether new keys of this home could be let in: by the manager that it was.
  private var maySucceed: Bool {
    policy.state.grants(to: device).contains { $0.rank != nil } || succession.former != nil
  }

  /// Becomes a new device when a node has shown that this home is a copy.
  ///
  /// A head of its own that it does not know proves that; entries that differ from its own do so
  /// only when it has signed them, or else the node lies. One node that can be asked and is honest
  /// is enough. Without any, a home that is known to be a copy does nothing: this throws why.
  func endFork(_ outcomes: [NodeOutcome], _ clients: [NodeClient]) async throws {
    let isProven = outcomes.contains { $0.foreignHead != nil }
    var trouble: (any Error)?
    var comparisons: [OwnFeedComparison] = []
    for outcome in outcomes where outcome.foreignHead != nil || outcome.doubtsOwnFeed {
      guard let client = clients.first(where: { $0.node == outcome.node }) else { continue }
      do {
        let comparison = try await compareOwnFeed(with: client, head: outcome.foreignHead)
        if outcome.foreignHead != nil || comparison.isForked { comparisons.append(comparison) }
      } catch let error as NetworkError {
        trouble = NodeTrouble(error, at: client).asError
      } catch let error as FreeholdError where error.code == .tampered {
        trouble = error
      }
    }
    // The longest common part: a node that shows less would only have things written twice.
    if let furthest = comparisons.max(by: { $0.sharedCount < $1.sharedCount }) {
      // The tree is built anew without what only this home has: that takes the whole history.
      _ = await fillHistory(from: clients, bytesMax: .max)
      guard !isPart, maySucceed else {
        throw FreeholdError(
          .tampered, "another home is the same device as this one",
          hint: "make a new home, with the folder as it is: --home DIR")
      }
      try await succeedAfterFork(furthest)
    }
    if isProven, let trouble { throw trouble }
  }

  /// Becomes a new device after a node has shown a head of this one that it never signed here.
  ///
  /// Throws `HomeRenewed` when that is done.
  private func succeedAfterFork(_ comparison: OwnFeedComparison) async throws -> Never {
    let feed = FeedKey(scope: scope, device: device)
    let shared = comparison.sharedCount
    let lost = try database.read {
      try $0.entries(
        scope: scope, device: device, from: UInt64(shared) + 1, bytesMax: .max)
    }
    let feeds = try database.read { try $0.feeds(in: scope) }
    guard lost.isEmpty || feeds.allSatisfy({ $0.first == 1 }) else {
      throw FreeholdError(
        .tampered, "this home and another one were the same device for too long",
        hint: "freehold join into a new home, with the folder as it is: --home DIR")
    }
    let opener = self.opener
    let batches = try lost.map { try opener.open($0).encode() }
    let chain = try database.read {
      try $0.chain(scope: scope, device: device, at: UInt64(shared))
    }
    let sealed = try LocalSeal.seal(
      DAGCBOR.encode(.array(batches.map { .bytes($0) })), storeKey: keys.storeKey,
      column: Self.replayColumn, row: did.key.bytes, using: &generator)
    var random = generator
    let next = try succession.succeeded(using: &random)
    var facts = self.facts
    facts.deviceName = Self.nextName(facts.deviceName)
    try database.write { transaction in
      try transaction.removeHead(of: device)
      if !lost.isEmpty {
        try transaction.truncateFeed(
          scope: scope, device: device, to: UInt64(shared),
          chain: chain ?? VaultSync.FeedPosition.start(of: feed, vault: facts.vault).chain)
        try transaction.removeCheckpoint(scope)
        try transaction.setMeta(Self.replayKey, to: sealed)
      }
      try next.store(transaction, vault: facts.vault, using: &random)
      try facts.store(transaction)
      try transaction.setMeta(Self.comparesKey, to: [1])
    }
    // What is in memory is of the former device: the vault is opened anew.
    isTreeDirty = false
    let done = HomeRenewed(description: Self.sentence(facts))
    renewed = done
    throw done
  }

  /// How far this device's feed is the same here and at a node.
  private struct OwnFeedComparison: Hashable, Sendable {
    /// So many entries are the same.
    var sharedCount: Int
    /// Whether the node has another one behind them that this device has signed: in another home.
    var isForked: Bool
  }

  /// Compares this device's feed with a node's copy, from the beginning.
  ///
  /// `head` is what the other home signed, as far as the node showed it. Throws `tampered` when the
  /// node's copy is not signed, or ends before that: then nobody knows how much both have.
  private func compareOwnFeed(
    with client: NodeClient, head: Head?
  ) async throws -> OwnFeedComparison {
    let feed = FeedKey(scope: scope, device: device)
    var known = try localState().feeds
    let ownCount = known[feed]?.count ?? 0
    var position = VaultSync.FeedPosition.start(of: feed, vault: did)
    known[feed] = position
    for _ in 0..<Self.answersMax {
      var parts = StateParts()
      parts.add(feed.scope, of: known)
      let answer = try await client.sync(SyncRequest(digest: .zero, known: parts))
      guard let news = answer.news else { break }
      for run in news.runs where run.feed != feed {
        // Of the others only their number counts here: they come again with the next sync.
        known[run.feed] = VaultSync.FeedPosition(count: run.last, chain: .zero)
      }
      let run = news.runs.first { $0.feed == feed }
      let accepted: [FeedRun.Accepted]
      do {
        accepted = try run?.verified(continuing: position) ?? []
      } catch {
        throw FreeholdError(.tampered, "\(client.name) shows a history that nobody signed")
      }
      for entry in accepted {
        let own = try database.read {
          try $0.chain(
            scope: feed.scope, device: feed.device, at: UInt64(entry.position.count))
        }
        guard own == entry.position.chain else {
          return OwnFeedComparison(sharedCount: position.count, isForked: true)
        }
        position = entry.position
      }
      known[feed] = position
      guard news.more, !news.runs.isEmpty else { break }
    }
    let signed = head?.feeds[feed.scope] ?? position
    if try chain(feed, at: signed.count) == signed.chain {
      return OwnFeedComparison(
        sharedCount: max(position.count, signed.count), isForked: false)
    }
    guard position.count >= min(signed.count, ownCount) else {
      throw FreeholdError(
        .tampered, "\(client.name) names entries of this device and does not hand them out",
        hint: "nothing is lost: freehold sync goes on as soon as another node answers")
    }
    return OwnFeedComparison(sharedCount: position.count, isForked: false)
  }

  // MARK: Writing again

  /// Writes what the former device had written here, and what no node has, as this device's own.
  func replay() throws {
    guard let sealed = try database.read({ try $0.meta(Self.replayKey) }) else { return }
    let plain = try LocalSeal.open(
      sealed, storeKey: keys.storeKey, column: Self.replayColumn, row: did.key.bytes)
    let batches = try (DAGCBOR.decode(plain).asArray ?? []).compactMap(\.asBytes)
      .map { try Batch(decoding: $0) }
    var again = Replay()
    // In one step with the note: what is made has new names, so a second time would make it twice.
    try commit(
      each: batches,
      { batch, draft in
        for operation in batch.operations { again.apply(operation, to: &draft) }
      }, noting: { try $0.setMeta(Self.replayKey, to: nil) })
  }
}
