public import VaultEncoding

// One exchange with one node.
//
// The idea: a session is a value that is told what came and says what to do; somebody else talks to
// the network and to the store. So the same session runs in the commands and in the simulator.
//
// Example: digest right → finished, 38 bytes out. Digest wrong → the node says in which parts the
// two differ; those are asked about; what comes is ingested, until there is no more. Then `lacking`
// says what to bring, and `confirmation` asks for a signature where one is missing.
//
// Invariants: nothing that a node says without a signature moves `acknowledged` forwards; nothing
// that it says moves `memory` backwards; a node that goes backwards is found.

/// Works out the difference between this device and one node, and whether the node is honest.
public struct NodeSession: Sendable {
  /// What to do next.
  public enum Step: Sendable {
    /// Send this request.
    case ask(SyncRequest)
    /// There is nothing more to fetch; `lacking` says what to bring.
    case fetched
  }

  /// The vault.
  public let vault: DID
  /// The node.
  public let node: DID
  /// What the node has shown and signed.
  public internal(set) var memory: NodeMemory
  /// What the node has signed that it stores.
  public internal(set) var acknowledged: Acknowledged
  /// What was found to be wrong.
  public internal(set) var findings: [Finding] = []
  /// How far the node's feeds go, as far as it says: for sending, never for counting.
  public internal(set) var remote: FeedCounts
  /// Whether nothing is to be fetched or brought: the node is only looked at.
  public var isLookingOnly = false

  var remotePolicy = RemotePolicy.unknown
  var remoteHeads: [DID: Int]
  private var asked = 0
  /// What this device held when it asked: more may have come from others until the answer does.
  private var askedWith = LocalState(feeds: [:])

  /// What is known of a node's policy log.
  enum RemotePolicy: Sendable {
    /// Nothing but what the node has signed for.
    case unknown
    /// It has the entries that the device had when it asked: so many.
    case first(Int)
    /// It has these entries, and what they build on.
    case under([HashPrefix])
  }

  /// How often a session asks before it gives up: a node that never ends is not honest.
  static let requestsMax = 10_000

  /// Begins a session with a node of which `memory` is known.
  public init(
    vault: DID, node: DID, memory: NodeMemory = NodeMemory(),
    acknowledged: Acknowledged = Acknowledged()
  ) {
    self.vault = vault
    self.node = node
    self.memory = memory
    self.acknowledged = acknowledged
    remote = memory.shown
    remoteHeads = memory.heads
  }

  /// The first request: one digest, of what the node is believed to hold.
  public mutating func start(_ local: LocalState) -> SyncRequest {
    asked = 1
    askedWith = local
    // A device that dropped entries must not take «unchanged» for «nothing to fetch».
    let hasDropped =
      memory.shown.contains { $0.value > local.feeds[$0.key]?.count ?? 0 }
      || memory.heads.contains { $0.value > local.heads[$0.key]?.sequence ?? 0 }
    let digest = hasDropped ? local.digest : memory.digest ?? local.digest
    let isMissingSignature = digest == local.digest && !acknowledged.covers(local)
    return SyncRequest(digest: digest, wantsReceipt: isMissingSignature)
  }

  /// Takes an answer in.
  ///
  /// The caller has ingested what came with it already, and `local` is the state after that;
  /// `chainAt` tells this device's chain value at a count.
  public mutating func receive(
    _ response: SyncResponse, asking request: SyncRequest, local: LocalState,
    chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows -> Step {
    defer { askedWith = local }
    asked += 1
    if asked > Self.requestsMax {
      note(.forged("an answer without end"))
      return .fetched
    }
    let step: Step
    switch response.content {
    case .same:
      try hearSame(as: request.digest, chainAt: chainAt)
      step = .fetched
    case .differs(let outline):
      step = hear(outline, asking: request, local: local)
    case .news(let news):
      step = try hear(news, asking: request, local: local, chainAt: chainAt)
    }
    if let receipt = response.receipt {
      try accept(receipt, of: askedWith, chainAt: chainAt)
    }
    return step
  }

  private mutating func hearSame(
    as digest: Bytes32, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    // The belief need not be judged: it is what is remembered.
    guard digest == askedWith.digest else {
      remotePolicy = .unknown
      return
    }
    var parts = StateParts()
    for scope in askedWith.summary.scopes.keys { parts.add(scope, of: askedWith.feeds) }
    judge(claimed: parts)
    remote.merge(FeedCounts(askedWith.feeds)) { $1 }
    remotePolicy = .first(askedWith.policy.count)
    remoteHeads = askedWith.heads.mapValues(\.sequence)
    memory.note(FeedCounts(askedWith.feeds))
    for (device, mark) in askedWith.heads { memory.note(head: mark.sequence, of: device) }
  }

  private mutating func hear(
    _ outline: StateOutline, asking request: SyncRequest, local: LocalState
  ) -> Step {
    memory.forgetState()
    guard request.known == nil else {
      note(.forged("an outline where entries were asked for"))
      return .fetched
    }
    let parts = local.parts(differingFrom: outline)
    // In all other parts the node claims what this device holds.
    var claimed = StateParts()
    for scope in local.summary.scopes.keys where parts.scopes[scope] == nil {
      claimed.add(scope, of: local.feeds)
      remote.merge(FeedCounts(local.feeds.feeds(of: scope))) { $1 }
    }
    judge(claimed: claimed)
    if parts.policy == nil { remotePolicy = .first(local.policy.count) }
    if parts.heads == nil { remoteHeads = local.heads.mapValues(\.sequence) }
    return .ask(
      SyncRequest(
        digest: local.digest, known: parts,
        entriesBytesMost: isLookingOnly ? 0 : SyncLimits.entriesBytesWanted))
  }

  private mutating func hear(
    _ news: SyncNews, asking request: SyncRequest, local: LocalState,
    chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows -> Step {
    guard let known = request.known else {
      note(.forged("entries where none were asked for"))
      return .fetched
    }
    // What is not shown although it was asked about is claimed to be empty.
    var claimed = news.shown
    if known.heads != nil, claimed.heads == nil { claimed.heads = [:] }
    claimed.scopes.merge(known.scopes.mapValues { _ in [:] }) { shown, _ in shown }
    judge(claimed: claimed)
    try judgeChains(news.shown, local: local, chainAt: chainAt)
    noteShown(news.shown, of: known)
    // Of entries that this device has dropped meanwhile the node withholds nothing.
    guard
      !known.scopes.contains(where: { scope, feeds in
        feeds.contains { device, mark in
          local.feeds[FeedKey(scope: scope, device: device)]?.count ?? 0 < mark.count
        }
      })
    else { return .fetched }
    if news.more {
      guard !news.runs.isEmpty || !news.policy.isEmpty || !news.heads.isEmpty else {
        note(.forged("more is announced and nothing is sent"))
        return .fetched
      }
      return .ask(
        SyncRequest(
          digest: local.digest, wantsReceipt: request.wantsReceipt, known: local.parts(as: known),
          entriesBytesMost: request.entriesBytesMost))
    }
    if request.entriesBytesMost > 0 { findWithheld(news.shown, local: local) }
    return .fetched
  }

  /// Notes what an ingest found wrong with what the node sent.
  public mutating func note(_ finding: Finding) {
    if !findings.contains(finding) { findings.append(finding) }
  }
}
