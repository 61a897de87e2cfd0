public import VaultEncoding

/// A question to a node: whether it holds something else than this.
public struct NodeQuestion: Sendable, Hashable {
  /// The node.
  public let node: DID
  /// What it is believed to hold: a content digest (docs/spec/sync.md section 2).
  public let digest: Bytes32
  /// Whether it is to answer at once, because it did not answer the last time: it may hold what it
  /// should by now, and would keep its answer back for long.
  public let isProbe: Bool
  /// Whether it is asked in the older way, because it cannot wait for a change.
  public let isPoll: Bool
  /// Tells the answer to this question from others.
  public let number: Int
}

/// Why a question has no answer.
public enum NodeFailure: Sendable, Hashable {
  /// The node does not answer.
  case silent
  /// It answers that it will not now; with the pause that it asks for.
  case refused(pause: Duration?)
  /// It does not know such questions: an older one.
  case cannotWait
}

/// What is known of one node while a vault is watched.
struct WatchedNode: Sendable {
  let node: DID
  /// Whether it did not answer the last time.
  private(set) var isSilent = false
  /// When to ask next; nil while it is being asked, or a sync is to come first.
  var askAt: Duration?
  /// How many syncs had ended when it was asked.
  private(set) var askedInRound = 0

  private var number = 0
  private var isAsked = false
  private var canWait = true
  private var failures = 0
  /// How often in a row it had nothing new when it was polled.
  private var idlePolls = 0
  private var believed: Bytes32?
  /// A state of it that has led to a sync.
  private var pursued: Bytes32?

  init(_ node: DID) { self.node = node }

  /// The question that is due, if any.
  mutating func ask(ifDueAt now: Duration, round: Int) -> NodeQuestion? {
    guard !isAsked, let askAt, askAt <= now, let believed else { return nil }
    self.askAt = nil
    isAsked = true
    number += 1
    askedInRound = round
    return NodeQuestion(
      node: node, digest: believed, isProbe: failures > 0, isPoll: !canWait, number: number)
  }

  /// A sync ended and this device holds `digest`: the node should, too.
  mutating func expect(_ digest: Bytes32, at now: Duration) {
    believed = digest
    // Pauses after failures, and between polls, go on.
    if !isAsked, askAt == nil { askAt = now }
  }

  /// Whether an answer is the one that is awaited.
  func isAnswer(_ number: Int) -> Bool { isAsked && number == self.number }

  /// Takes in what the node holds; whether it is news.
  mutating func answered(isStale: Bool, _ shown: Bytes32, own: Bytes32?) -> Bool {
    isAsked = false
    isSilent = false
    failures = 0
    guard !isStale else { return false }
    if shown == own {
      pursued = nil
    } else if shown != pursued {
      pursued = shown
      believed = shown
      idlePolls = 0
      return true
    }
    idlePolls = min(idlePolls + 1, 100)
    believed = shown
    return false
  }

  /// How long to rest after an answer without news.
  func pause(_ pace: WatchPace, using generator: inout some RandomNumberGenerator) -> Duration {
    canWait ? .zero : pace.poll.pause(after: max(1, idlePolls), using: &generator)
  }

  /// Takes in that there is no answer; how long to rest.
  mutating func failed(
    _ failure: NodeFailure, _ pace: WatchPace, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    isAsked = false
    failures += 1
    isSilent = failure == .silent
    let pause = pace.node.pause(after: failures, using: &generator)
    switch failure {
    case .silent: return pause
    case .refused(let wanted): return max(pause, min(wanted ?? .zero, pace.node.most))
    case .cannotWait:
      canWait = false
      return pace.poll.pause(after: 1, using: &generator)
    }
  }
}
