public import VaultEncoding

// When a device that watches a vault syncs, and what it asks the nodes meanwhile.
//
// The idea: a value that is told what happened and when, and answers with what to do; somebody else
// listens to the folder, talks to nodes and looks at the clock. A burst of changes is one sync: it
// begins when the folder was quiet for a moment, or after a second of unrest.
//
// Example: `folderChanged` at 0.0 s and 0.1 s → `deadline` is 0.3 s → `timePassed` → `.sync`. When
// that ends, each node is asked to answer as soon as it has something else than this device. One
// answers → `.sync`.
//
// Why two devices cannot keep each other busy: what is compared leaves the devices' heads out, so
// a device that only takes something in changes nothing that the other waits for; and a state of
// a node leads to one sync only, even when that sync did not bring the two in step.

/// Decides when to sync, and which nodes to ask for news.
public struct WatchSession: Sendable {
  /// Why a sync begins.
  public enum Reason: String, Sendable, Hashable {
    /// The watch begins.
    case start
    /// Something changed in the folder.
    case folder
    /// A node has something new, or is back.
    case node
    /// The last one did not bring everything through.
    case again
    /// It was long ago.
    case time
  }

  /// What to do.
  public enum Action: Sendable, Hashable {
    /// Sync; the nodes named do not answer at present.
    case sync(Reason, without: Set<DID>)
    /// Ask a node.
    case ask(NodeQuestion)
  }

  /// The times that it keeps.
  public let pace: WatchPace
  /// Whether a sync runs.
  public private(set) var isSyncing = false

  private var changedFirst: Duration?
  private var changedLast: Duration?
  private var newsFirst: Duration?
  private var again: Duration?
  private var nextScan: Duration
  private var isFirst = true
  private var failures = 0
  /// How often a sync left something undone at a node that answers.
  private var remainders = 0
  private var seesFolder = true
  private var nodes: [DID: WatchedNode] = [:]
  /// Nodes that the last sync did not reach.
  private var missed: Set<DID> = []
  /// What this device holds.
  private var digest: Bytes32?
  /// How many syncs ended: an answer to an older question is no news.
  private var round = 0

  /// A session that syncs at once.
  public init(pace: WatchPace = WatchPace(), at now: Duration) {
    self.pace = pace
    nextScan = now
  }

  /// When to say `timePassed` next; nil while there is nothing to do at a certain time.
  public var deadline: Duration? {
    guard !isSyncing else { return nil }
    return ([due] + nodes.values.compactMap(\.askAt)).min()
  }

  /// Takes in what happened, and says what to do.
  public mutating func handle(
    _ event: WatchEvent, at now: Duration, using generator: inout some RandomNumberGenerator
  ) -> [Action] {
    switch event {
    case .folderChanged:
      // While a sync runs, its own writes are changes too; its end tells what else there is.
      if !isSyncing { noteChange(at: now) }
    case .folderSeen(let isWhole): seesFolder = isWhole
    case .syncEnded(let outcome): end(outcome, at: now, using: &generator)
    case .nodeAnswered(let node, let digest, let number):
      take(digest, of: node, number: number, at: now, using: &generator)
    case .nodeFailed(let node, let failure, let number):
      fail(failure, of: node, number: number, at: now, using: &generator)
    case .timePassed: break
    }
    return actions(at: now)
  }

  // MARK: Syncs

  private mutating func noteChange(at now: Duration) {
    changedFirst = changedFirst ?? now
    changedLast = now
  }

  /// When the next sync is due.
  private var due: Duration {
    var due = nextScan
    if let changedFirst, let changedLast {
      due = min(due, changedLast + pace.quiet, changedFirst + pace.unrestMost)
    }
    if let newsFirst { due = min(due, newsFirst + pace.newsQuiet) }
    guard let again else { return due }
    // After a failure nothing else makes it hurry.
    return failures > 0 ? again : min(due, again)
  }

  private func reason(at now: Duration) -> Reason {
    if isFirst { return .start }
    if changedFirst != nil { return .folder }
    if newsFirst != nil { return .node }
    return again.map { $0 <= now } ?? false ? .again : .time
  }

  private mutating func actions(at now: Duration) -> [Action] {
    guard !isSyncing else { return [] }
    guard due > now else {
      let reason = reason(at: now)
      isSyncing = true
      isFirst = false
      changedFirst = nil
      changedLast = nil
      newsFirst = nil
      again = nil
      return [.sync(reason, without: Set(nodes.filter { $0.value.isSilent }.keys))]
    }
    var actions: [Action] = []
    for node in nodes.keys.sorted() {
      let question = nodes[node]?.ask(ifDueAt: now, round: round)
      if let question { actions.append(.ask(question)) }
    }
    return actions
  }

  private mutating func end(
    _ outcome: WatchOutcome, at now: Duration, using generator: inout some RandomNumberGenerator
  ) {
    isSyncing = false
    round += 1
    if outcome.folderChanged { noteChange(at: now) }
    nextScan = now + (seesFolder ? pace.scan : pace.scanUnseen)
    switch outcome.result {
    case .done, .held:
      failures = 0
    case .busy:
      failures += 1
      again = now + pace.busy.pause(after: failures, using: &generator)
    case .failed:
      failures += 1
      again = now + pace.failure.pause(after: failures, using: &generator)
    }
    guard let state = outcome.state else { return askAll(at: now) }
    remainders = state.unfinished.isEmpty ? 0 : remainders + 1
    if remainders > 0, again == nil {
      again = now + pace.remainder.pause(after: remainders, using: &generator)
    }
    digest = state.digest
    missed = state.missed
    nodes = nodes.filter { state.nodes.contains($0.key) }
    for node in state.nodes where nodes[node] == nil { nodes[node] = WatchedNode(node) }
    askAll(at: now)
  }

  // MARK: Nodes

  /// Asks every node that is not being asked and has no pause, whether it holds the same.
  private mutating func askAll(at now: Duration) {
    guard let digest else { return }
    for node in nodes.keys { nodes[node]?.expect(digest, at: now) }
  }

  private mutating func take(
    _ shown: Bytes32, of node: DID, number: Int, at now: Duration,
    using generator: inout some RandomNumberGenerator
  ) {
    guard var watched = nodes[node], watched.isAnswer(number) else { return }
    let isStale = watched.askedInRound != round || isSyncing
    let isNews = watched.answered(isStale: isStale, shown, own: digest)
    if isSyncing {
      watched.askAt = nil
    } else if isNews {
      newsFirst = newsFirst ?? now
    } else {
      watched.askAt = now + watched.pause(pace, using: &generator)
    }
    nodes[node] = watched
    // A node that is back gets what it missed, whatever it holds.
    if !isSyncing, missed.remove(node) != nil { newsFirst = newsFirst ?? now }
  }

  private mutating func fail(
    _ failure: NodeFailure, of node: DID, number: Int, at now: Duration,
    using generator: inout some RandomNumberGenerator
  ) {
    guard var watched = nodes[node], watched.isAnswer(number) else { return }
    watched.askAt = now + watched.failed(failure, pace, using: &generator)
    nodes[node] = watched
  }
}
