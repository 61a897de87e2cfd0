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
  func exchange(with client: NodeClient, url: String) async -> NodeOutcome {
    let memory = (try? database.read { try $0.memory(of: client.node) }) ?? NodeMemory()
    var outcome = NodeOutcome(
      node: client.node, name: client.name,
      session: NodeSession(node: client.node, memory: memory))
    do {
      try await fetch(client, &outcome)
      if outcome.session.findings.contains(where: \.isRollback) { try await recount(client) }
      try await uploadShards(client)
      try await bring(client, &outcome)
    } catch {
      outcome.trouble = NodeTrouble(error, name: client.name, url: url)
    }
    outcome.findings = outcome.session.findings
    do {
      try database.write { try $0.setMemory(outcome.session.memory, of: client.node) }
    } catch {
      outcome.trouble = outcome.trouble ?? NodeTrouble(error, name: client.name, url: url)
    }
    return outcome
  }

  private func fetch(_ client: NodeClient, _ outcome: inout NodeOutcome) async throws {
    var local = try localState()
    let hasNews = !outcome.session.lacking(local).isEmpty
    var request = outcome.session.start(local, expectsNews: hasNews)
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
      let ingested = try ingest(response)
      for finding in ingested.findings { outcome.session.note(finding) }
      for head in ingested.headsShown {
        outcome.session.noteShown(head: head.sequence, of: head.device)
      }
      local = try localState()
      let step = try outcome.session.receive(response, asking: request, local: local) {
        feed, count in
        try database.read {
          try $0.chain(scope: feed.scope, device: feed.device, at: UInt64(count))
        }
      }
      guard case .ask(let next) = step else {
        return try noteShown(outcome.session, local: local)
      }
      request = next
    }
  }

  /// Keeps what the node has shown that it has, so that `status` knows what it lacks.
  private func noteShown(_ session: NodeSession, local: LocalState) throws {
    try database.write { transaction in
      for (feed, position) in session.remote {
        guard let own = local.feeds[feed], position.count > 0 else { continue }
        try transaction.setAcknowledged(
          by: session.node, scope: feed.scope, device: feed.device,
          through: UInt64(min(position.count, own.count)))
      }
    }
  }

  /// Brings the policy entries, feed entries and heads that a node lacks.
  func bring(_ client: NodeClient, _ outcome: inout NodeOutcome) async throws {
    var local = try localState()
    var policyToBring = wantedPolicy(outcome.session.wantedPolicy)
    while true {
      var push = PushRequest(policy: policyToBring)
      policyToBring = []
      push.runs = try runs(lacking: outcome.session.lacking(local))
      let heads = try headsLacking(outcome.session.memory, local: local)
      push.heads = heads.map(\.bytes)
      guard !push.isEmpty else { return }
      let (response, receipt) = try await client.push(push)
      outcome.quotaBytes = response.quotaBytes
      outcome.usedBytes = response.usedBytes
      outcome.session.acknowledge(
        receipt, heads: Dictionary(heads.map { ($0.device, $0.sequence) }) { max($0, $1) })
      try database.write { transaction in
        for (feed, position) in receipt.feeds {
          try transaction.setAcknowledged(
            by: client.node, scope: feed.scope, device: feed.device,
            through: UInt64(position.count))
        }
        try transaction.setReceipt(receipt, of: client.node)
      }
      local = try localState()
      guard !push.runs.isEmpty else { return }
    }
  }

  private func wantedPolicy(_ prefixes: [[UInt8]]) -> [[UInt8]] {
    let wanted = Set(prefixes)
    return policy.entries.filter { wanted.contains($0.cid.syncPrefix) }.map(\.bytes)
  }

  /// Runs of what is lacking, up to one message.
  private func runs(lacking: [FeedKey: Int]) throws -> [FeedRun] {
    var room = SyncLimits.messageBytesMax / 2
    var runs: [FeedRun] = []
    for (feed, first) in lacking.sorted(by: { $0.key < $1.key }) where room > 0 {
      let entries = try database.read {
        try $0.entries(
          scope: feed.scope, device: feed.device, from: UInt64(first), bytesMax: room)
      }
      let sendable = try Self.endingSigned(entries)
      guard !sendable.isEmpty else { continue }
      room -= sendable.reduce(0) { $0 + $1.bytes.count }
      runs.append(FeedRun(feed: feed, first: first, entries: sendable.map(\.bytes)))
    }
    return runs
  }

  /// A run must end with a signed entry.
  private static func endingSigned(_ entries: [StoredEntry]) throws -> [StoredEntry] {
    var run = entries
    while let last = run.last, try FeedEntry(decoding: last.bytes).signature == nil {
      run.removeLast()
    }
    return run
  }

  private func headsLacking(_ memory: NodeMemory, local: LocalState) throws -> [Head] {
    try local.heads.filter { $0.value.sequence > memory.heads[$0.key] ?? 0 }.compactMap { entry in
      let stored = try database.read { try $0.head(of: entry.key) }
      return try stored.map { try Head(verifying: $0.envelope) }
    }
  }

  /// What this device holds now.
  func localState() throws -> LocalState {
    let (feeds, heads) = try database.read { (try $0.feeds(), try $0.heads()) }
    var vector: FeedVector = [:]
    for feed in feeds where feed.count > 0 {
      vector[FeedKey(scope: feed.scope, device: feed.device)] = FeedPosition(
        count: Int(clamping: feed.count), chain: feed.chain)
    }
    var marks: [DID: LocalState.HeadMark] = [:]
    for head in heads {
      marks[head.device] = LocalState.HeadMark(
        sequence: Int(clamping: head.sequence), cid: head.cid)
    }
    return LocalState(feeds: vector, policy: policy.entries.map(\.cid), heads: marks)
  }
}

extension VaultTransaction {
  private static func memoryKey(_ node: DID) -> String { "node-memory/" + node.key.hex }

  /// What a node has acknowledged or shown.
  func memory(of node: DID) throws -> NodeMemory {
    guard let bytes = try meta(Self.memoryKey(node)) else { return NodeMemory() }
    return try NodeMemory(decoding: bytes)
  }

  /// Keeps what a node has acknowledged or shown.
  func setMemory(_ memory: NodeMemory, of node: DID) throws {
    try setMeta(Self.memoryKey(node), to: memory.bytes)
  }

  /// Keeps a node's newest receipt, as evidence.
  func setReceipt(_ receipt: PushReceipt, of node: DID) throws {
    try setMeta("node-receipt/" + node.key.hex, to: receipt.bytes)
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
