import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultStore
import VaultSync

/// What came of exchanging with one node.
struct NodeOutcome: Sendable {
  var node: DID
  var name: String
  /// Whether it answered at all.
  var isReached = false
  /// The newest head of this device that it showed and that this home never signed.
  var foreignHead: Head?
  /// Whether its copy of this device's own feed is another one than this home's.
  var doubtsOwnFeed = false
  /// Why the exchange ended early.
  var trouble: NodeTrouble?
  /// What it, or a device, did wrong.
  var findings: [Finding] = []
  /// How long its first answer took.
  var latencyMilliseconds: Int?
  var quotaBytes = 0
  var usedBytes = 0
  /// How far the node's clock is ahead of this device's.
  var clockLeadMilliseconds: Int64 = 0
  /// The session, for bringing what came in from other nodes meanwhile.
  var session: NodeSession
}

extension Vault {
  /// Everything between this device and one node: fetch, then shards, then entries.
  ///
  /// Never throws: what went wrong is in the outcome, so that one node stops no other.
  func exchange(with client: NodeClient, onlyFetches: Bool = false) async -> NodeOutcome {
    var outcome = NodeOutcome(
      node: client.node, name: client.name, session: session(with: client.node))
    var client = client
    do {
      do {
        try await fetch(client, &outcome)
      } catch let refusal as VaultSync.Refusal where refusal.code == .unauthorized {
        // A node that was away when this device was let in does not know it yet.
        try await introduce(to: client)
        try await fetch(client, &outcome)
      } catch let refusal as VaultSync.Refusal where refusal.code == .refused {
        // Let in anew by somebody else, and this device has not heard.
        guard let other = client.showing(refusal.chain, key: keys.signing) else { throw refusal }
        try await fetch(other, &outcome)
        client =
          try nodeBook[client.node].map { entry in
            try self.client(for: client.node, entry, meter: client.meter)
          } ?? other
      }
      if try !onlyFetches && writesHere && mayTell {
        if outcome.session.findings.contains(where: \.isRollback) { try await recount(client) }
        try await uploadShards(client)
        try await bring(client, &outcome)
      }
    } catch {
      outcome.trouble = NodeTrouble(error, at: client)
    }
    finish(&outcome, at: client)
    return outcome
  }

  /// Keeps what was learned about a node, also after an exchange that was broken off.
  func finish(_ outcome: inout NodeOutcome, at client: NodeClient) {
    outcome.findings = outcome.session.findings
    if outcome.findings.contains(where: { $0.contradicts(device) }) { outcome.doubtsOwnFeed = true }
    do {
      try keep(outcome.session)
    } catch {
      outcome.trouble = outcome.trouble ?? NodeTrouble(error, at: client)
    }
  }

  /// The outcome for a node that is known not to answer at present.
  func notAsked(_ client: NodeClient) -> NodeOutcome {
    var outcome = NodeOutcome(
      node: client.node, name: client.name, session: session(with: client.node))
    outcome.trouble = NodeTrouble(unreachable: client)
    return outcome
  }

  private func fetch(_ client: NodeClient, _ outcome: inout NodeOutcome) async throws {
    var local = try localState()
    var request = outcome.session.start(local)
    while true {
      let started = environment.clock.monotonic()
      let response = try await client.sync(request)
      outcome.isReached = true
      if outcome.latencyMilliseconds == nil {
        outcome.latencyMilliseconds = (environment.clock.monotonic() - started).milliseconds
      }
      outcome.quotaBytes = response.quotaBytes
      outcome.usedBytes = response.usedBytes
      outcome.clockLeadMilliseconds = response.time.milliseconds(since: environment.clock.now())
      if let news = response.news {
        let ingested = try ingest(news)
        for finding in ingested.findings { outcome.session.note(finding) }
        if ingested.doubtsOwnFeed { outcome.doubtsOwnFeed = true }
        outcome.foreignHead = ingested.foreignHead
        guard try otherHome == nil else { return }
        local = try localState()
      }
      let step = try outcome.session.receive(
        response, asking: request, local: local, chainAt: chain)
      guard case .ask(let next) = step else { return }
      request = next
    }
  }

  /// Brings the policy entries, feed entries and heads that a node lacks.
  func bring(_ client: NodeClient, _ outcome: inout NodeOutcome) async throws {
    var hasBroughtRuns = true
    while hasBroughtRuns {
      let local = try localState()
      var push = PushRequest(policy: outcome.session.policyLacking(policy).map(\.bytes))
      push.runs = try runs(lacking: outcome.session.lacking(local))
      let heads = Self.coveredHeads(
        outcome.session.headsLacking(local), by: push.runs, of: local, in: scope)
      push.heads = try database.read { transaction in
        try heads.compactMap { try transaction.head(of: $0)?.envelope }
      }
      guard !push.isEmpty else { break }
      let (response, receipt) = try await client.push(push)
      outcome.quotaBytes = response.quotaBytes
      outcome.usedBytes = response.usedBytes
      outcome.session.noteBrought(
        heads: local.heads.filter { heads.contains($0.key) }.mapValues(\.sequence),
        policyCount: local.policy.count)
      try outcome.session.acknowledge(receipt, of: local, chainAt: chain)
      try keep(outcome.session)
      hasBroughtRuns = !push.runs.isEmpty
      guard push.runs.allSatisfy({ outcome.session.remote[$0.feed] ?? 0 >= $0.last }) else {
        return outcome.session.note(.forged("a receipt for less than was brought"))
      }
    }
  }

  /// Asks a node for its signature where that is still missing.
  func confirm(_ client: NodeClient, _ outcome: inout NodeOutcome) async throws {
    let local = try localState()
    guard let request = outcome.session.confirmation(local) else { return }
    let response = try await client.sync(request)
    try outcome.session.confirm(response, of: local, chainAt: chain)
  }

  /// Those heads whose entries the node has once it has taken some runs.
  ///
  /// A head must not come before its entries: a copy that goes by it would wait for them in vain.
  /// When nothing more can be brought all are sent.
  private static func coveredHeads(
    _ heads: [DID], by runs: [FeedRun], of local: LocalState, in scope: ScopeID
  ) -> [DID] {
    guard !runs.isEmpty else { return heads }
    return heads.filter { device in
      let feed = FeedKey(scope: scope, device: device)
      guard let run = runs.first(where: { $0.feed == feed }) else { return true }
      return run.last >= local.feeds[feed]?.count ?? 0
    }
  }

  /// Runs of what is lacking, up to one message.
  private func runs(lacking: [FeedKey: Int]) throws -> [FeedRun] {
    var room = SyncLimits.messageBytesMax / 2
    var runs: [FeedRun] = []
    var cited: [FeedKey: Int] = [:]
    // Revoked devices last: of those a node takes no more than the policy lets count and what the
    // other runs of this message build on.
    let order = lacking.map { feed, first in
      (feed: feed, first: first, kept: keptCount(of: feed.device, in: feed.scope))
    }.sorted { ($0.kept == nil ? 0 : 1, $0.feed) < ($1.kept == nil ? 0 : 1, $1.feed) }
    for (feed, first, kept) in order where room > 0 {
      let last = kept.map { max($0, UInt64(cited[feed] ?? 0)) } ?? .max
      let entries = try database.read {
        try $0.entries(
          scope: feed.scope, device: feed.device, from: UInt64(first), bytesMax: room)
      }.filter { $0.sequence <= last }
      let sendable = try Self.endingSigned(Self.continuing(entries, from: UInt64(first)))
      guard !sendable.isEmpty else { continue }
      room -= sendable.reduce(0) { $0 + $1.bytes.count }
      let run = FeedRun(feed: feed, first: first, entries: sendable.map(\.bytes))
      if kept == nil { cited.merge(run.citations) { max($0, $1) } }
      runs.append(run)
    }
    return runs.sorted { $0.feed < $1.feed }
  }

  /// The entries that follow each other from `first` on: a device whose history is still coming has
  /// gaps, and must not send what is behind one as if it followed.
  private static func continuing(_ entries: [StoredEntry], from first: UInt64) -> [StoredEntry] {
    var next = first
    return Array(
      entries.prefix { entry in
        defer { next += 1 }
        return entry.sequence == next
      })
  }

  /// A run must end with a signed entry.
  private static func endingSigned(_ entries: [StoredEntry]) throws -> [StoredEntry] {
    var run = entries
    while let last = run.last, try FeedEntry(decoding: last.bytes).signature == nil {
      run.removeLast()
    }
    return run
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
