public import VaultEncoding

// One exchange with one node.
//
// The idea: a session is a value that is told what came and says what to do; somebody else talks to
// the network and to the store. So the same session runs in the commands and in the simulator.
//
// Example: digest right → finished. Digest wrong, vectors unknown → ask again with `known`. Entries
// come → the caller ingests them and asks for more until there are no more. Then `lacking` says
// what to bring.
//
// Invariant: nothing that a node says moves `memory` backwards; a node that goes backwards is
// found.

/// Works out the difference between this device and one node, and whether the node is honest.
public struct NodeSession: Sendable {
  /// What to do next.
  public enum Step: Sendable {
    /// Send this request.
    case ask(SyncRequest)
    /// There is nothing more to fetch; `lacking` says what to bring.
    case fetched
  }

  /// The node.
  public let node: DID
  /// What the node has acknowledged or shown.
  public private(set) var memory: NodeMemory
  /// What was found to be wrong.
  public private(set) var findings: [Finding] = []
  /// How far the node's feeds go, as far as known.
  public private(set) var remote: FeedVector
  /// Policy entries that the node asked for, by prefix.
  public private(set) var wantedPolicy: [[UInt8]] = []
  /// Whether the node holds exactly what this device holds.
  public private(set) var isSame = false
  private var asked = 0
  /// What this device held when it asked: more may have come from others until the answer does.
  private var askedWith = LocalState(feeds: [:], policy: [], heads: [:])

  /// How often a session asks before it gives up: a node that never ends is not honest.
  static let requestsMax = 10_000

  /// Begins a session with a node of which `memory` is known.
  public init(node: DID, memory: NodeMemory) {
    self.node = node
    self.memory = memory
    remote = memory.feeds
  }

  /// The first request.
  ///
  /// With `expectsNews` the node is asked to send what it has at once.
  public mutating func start(_ local: LocalState, expectsNews: Bool) -> SyncRequest {
    asked = 1
    askedWith = local
    return SyncRequest(digest: local.digest, known: expectsNews ? local.known : nil)
  }

  /// Takes an answer in.
  ///
  /// The caller has ingested its policy entries, heads and runs already, and `local` is the state
  /// after that; `chainAt` tells this device's chain value at a count.
  public mutating func receive(
    _ response: SyncResponse, asking request: SyncRequest, local: LocalState,
    chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows -> Step {
    if response.same {
      isSame = askedWith.feeds == local.feeds
      remote = askedWith.feeds
      memory.note(askedWith.feeds)
      for (device, mark) in askedWith.heads { memory.note(head: mark.sequence, of: device) }
      return .fetched
    }
    try judge(response.feeds, local: local, chainAt: chainAt)
    remote = response.feeds
    memory.note(response.feeds)
    wantedPolicy = response.wantedPolicy
    asked += 1
    askedWith = local
    guard asked <= Self.requestsMax else {
      findings.append(.forged("an answer without end"))
      return .fetched
    }
    if request.known == nil {
      return .ask(SyncRequest(digest: local.digest, known: local.known))
    }
    if response.more { return askForMore(response, local: local) }
    findWithheld(response.feeds, local: local)
    return .fetched
  }

  /// Takes in that this device has more now than when the session ended: the node may lack it.
  public mutating func noteLocal(_ local: LocalState) {
    if isSame, local.feeds != remote { isSame = false }
  }

  /// Notes what an ingest found wrong with what the node sent.
  public mutating func note(_ finding: Finding) {
    if !findings.contains(finding) { findings.append(finding) }
  }

  /// Notes a head that the node showed: it may not be older than one it had before.
  public mutating func noteShown(head sequence: Int, of device: DID) {
    if let before = memory.heads[device], sequence < before {
      note(.olderHead(device: device, acknowledged: before, shown: sequence))
    }
    memory.note(head: sequence, of: device)
  }

  /// Notes what a node acknowledged with its signature.
  public mutating func acknowledge(_ receipt: PushReceipt, heads: [DID: Int]) {
    for (feed, position) in receipt.feeds { remote[feed] = position }
    memory.note(receipt.feeds)
    for (device, sequence) in heads { memory.note(head: sequence, of: device) }
  }

  /// What the node lacks of `local`: for each feed the first sequence number to bring.
  public func lacking(_ local: LocalState) -> [FeedKey: Int] {
    guard !isSame else { return [:] }
    var result: [FeedKey: Int] = [:]
    for (feed, position) in local.feeds {
      let there = remote[feed]?.count ?? 0
      if there < position.count { result[feed] = there + 1 }
    }
    return result
  }

  private mutating func askForMore(_ response: SyncResponse, local: LocalState) -> Step {
    guard !response.runs.isEmpty else {
      note(.forged("more is announced and nothing is sent"))
      return .fetched
    }
    return .ask(SyncRequest(digest: local.digest, known: local.known))
  }

  private mutating func judge(
    _ shown: FeedVector, local: LocalState, chainAt: (FeedKey, Int) throws -> Bytes32?
  ) rethrows {
    for (feed, before) in memory.feeds {
      let count = shown[feed]?.count ?? 0
      if count < before.count {
        note(.rolledBack(feed: feed, acknowledged: before.count, shown: count))
      }
    }
    for (feed, position) in shown where position.count > 0 {
      guard position.count <= (local.feeds[feed]?.count ?? 0) else { continue }
      if let chain = try chainAt(feed, position.count), chain != position.chain {
        note(.contradiction(feed: feed, at: position.count))
      }
    }
  }

  /// After everything was fetched, a node that names more than it gave is withholding.
  private mutating func findWithheld(_ shown: FeedVector, local: LocalState) {
    for (feed, position) in shown {
      let have = local.feeds[feed]?.count ?? 0
      if have < position.count {
        note(.withheld(feed: feed, named: position.count, given: have))
      }
    }
  }
}
