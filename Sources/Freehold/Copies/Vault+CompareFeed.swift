import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

/// How far a feed is the same here and at a node.
struct FeedComparison: Hashable, Sendable {
  /// So many entries are the same.
  var sharedCount: Int
  /// Whether the node has another one behind them that the same device has signed: in another home.
  var isForked: Bool
}

extension Vault {
  /// Compares the feed of this device, or of one that it was, with the copies of nodes that have
  /// been reached: the longest common part, since a node that shows less would only have things
  /// written twice; nil when no other home has written anything.
  ///
  /// `other` is what is known of that. Throws when no node can tell.
  func compareFeed(
    of device: DID, other: OtherHome?, with outcomes: [NodeOutcome], _ clients: [NodeClient]
  ) async throws -> FeedComparison? {
    var trouble: FreeholdError?
    var comparisons: [FeedComparison] = []
    for outcome in outcomes {
      guard let client = clients.first(where: { $0.node == outcome.node }) else { continue }
      do {
        comparisons.append(
          try await compareFeed(
            of: device, with: client, head: other?.head, isShown: outcome.foreignHead != nil))
      } catch let error where error is NetworkError || error is VaultSync.Refusal {
        trouble = NodeTrouble(error, at: client).asError
      } catch let error as FreeholdError where [.tampered, .offline].contains(error.code) {
        trouble = error
      }
    }
    if comparisons.isEmpty, let trouble { throw trouble }
    return comparisons.filter { other != nil || $0.isForked }
      .max { $0.sharedCount < $1.sharedCount }
  }

  /// Compares a feed with a node's copy, from the beginning.
  ///
  /// `head` is what the other home signed, as far as anybody has shown it. Throws when the node's
  /// copy is not signed, or ends before that: then nobody knows how much both have.
  private func compareFeed(
    of device: DID, with client: NodeClient, head: Head?, isShown: Bool
  ) async throws -> FeedComparison {
    let feed = FeedKey(scope: scope, device: device)
    var known = try localState().feeds
    let localCount = known[feed]?.count ?? 0
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
        guard try chain(feed, at: entry.position.count) == entry.position.chain else {
          return FeedComparison(sharedCount: position.count, isForked: true)
        }
        position = entry.position
      }
      known[feed] = position
      guard news.more, !news.runs.isEmpty else { break }
    }
    let signed = head?.feeds[feed.scope] ?? position
    if try chain(feed, at: signed.count) == signed.chain {
      return FeedComparison(sharedCount: max(position.count, signed.count), isForked: false)
    }
    guard position.count >= min(signed.count, localCount) else {
      throw isShown
        ? FreeholdError(
          .tampered, "\(client.name) names entries of this device and does not hand them out",
          hint: "nothing is lost: freehold sync goes on as soon as another node answers")
        : FreeholdError(
          .offline, "\(client.name) has not got what another home of this device wrote",
          hint: "nothing is lost: freehold sync goes on as soon as a node answers that has; when"
            + " none is left, freehold join into a new home, with the folder as it is")
    }
    return FeedComparison(sharedCount: position.count, isForked: false)
  }
}
