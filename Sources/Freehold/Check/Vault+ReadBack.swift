import VaultEncoding
import VaultSync

// What a node holds beside shards: entries and heads.
//
// A sync believes a digest, so a node that keeps its counts and has lost what they count would not
// be noticed by a device that has everything. Here everything is asked for, as a newcomer would,
// and thrown away again; the chains say whether it is the history that this device knows.

extension Vault {
  /// No honest node needs as many answers to hand out all that it holds.
  static let answersMax = 10_000

  /// Reads all entries and heads that a node says it holds, and finds what it does not hand out, or
  /// hands out otherwise.
  func readBack(from client: NodeClient) async throws -> [Finding] {
    let local = try localState()
    var reading = Reading(vault: did, scopes: Set(local.feeds.keys.map(\.scope)))
    for _ in 0..<Self.answersMax {
      let response = try await client.sync(SyncRequest(digest: .zero, known: reading.parts))
      guard let news = response.news else {
        return [.forged("something else where entries were asked for")]
      }
      let gotFurther = try reading.take(news, chainAt: chain)
      guard reading.findings.isEmpty, news.more, gotFurther else {
        return reading.findings.isEmpty ? reading.lacking(news.shown) : reading.findings
      }
    }
    return [.forged("an answer without end")]
  }

  /// How far the reading has come.
  private struct Reading {
    let vault: DID
    var parts: StateParts
    var findings: [Finding] = []
    private var read: FeedVector = [:]

    init(vault: DID, scopes: Set<ScopeID>) {
      self.vault = vault
      parts = StateParts(heads: [:])
      for scope in scopes { parts.scopes[scope] = [:] }
    }

    /// Takes an answer in; whether there was anything in it.
    mutating func take(
      _ news: SyncNews, chainAt: (FeedKey, Int) throws -> Bytes32?
    ) throws -> Bool {
      var gotFurther = false
      for bytes in news.heads {
        guard let head = try? Head(verifying: bytes), head.vault == vault else {
          findings.append(.forged("a head that no device has signed"))
          return false
        }
        let mark = StateParts.HeadMark(sequence: head.sequence, name: head.cid.syncPrefix)
        gotFurther = parts.heads?.updateValue(mark, forKey: head.device) != mark || gotFurther
      }
      for run in news.runs {
        let position = read[run.feed] ?? .start(of: run.feed, vault: vault)
        guard let accepted = try? run.verified(continuing: position) else {
          findings.append(
            .forged("entries that device \(run.feed.device.text.suffix(8)) never signed"))
          return false
        }
        for entry in accepted {
          guard let own = try chainAt(run.feed, entry.position.count) else { continue }
          guard own == entry.position.chain else {
            findings.append(.contradiction(feed: run.feed, at: entry.position.count))
            return false
          }
        }
        guard let last = accepted.last else { continue }
        read[run.feed] = last.position
        parts.scopes[run.feed.scope, default: [:]][run.feed.device] = .init(last.position)
        gotFurther = true
      }
      return gotFurther
    }

    /// What the node names and has not handed out.
    func lacking(_ shown: StateParts) -> [Finding] {
      var findings: [Finding] = []
      for (scope, feeds) in shown.scopes {
        for (device, mark) in feeds {
          let feed = FeedKey(scope: scope, device: device)
          let given = read[feed]?.count ?? 0
          if given < mark.count {
            findings.append(.withheld(feed: feed, named: mark.count, given: given))
          }
        }
      }
      for (device, mark) in shown.heads ?? [:] where parts.heads?[device] != mark {
        findings.append(.forged("a head of device \(device.text.suffix(8)) only by its name"))
      }
      return findings
    }
  }
}
