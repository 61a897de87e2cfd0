import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultStore
import VaultSync

/// How much of the history before an adopted checkpoint is here.
public struct HistoryProgress: Hashable, Sendable {
  /// How many entries are here.
  public internal(set) var here: UInt64 = 0
  /// How many there are.
  public internal(set) var total: UInt64 = 0
}

extension Vault {
  /// So many bytes of history come with one sync.
  static let historyBytesPerSync = 16 << 20
  /// So many come with one answer: what reaches behind the cut comes in vain.
  static let historyBytesPerAnswer = 1 << 20

  /// How much of the history is here; nil when all is.
  public func historyProgress() throws -> HistoryProgress? {
    try database.read { transaction in
      var progress: HistoryProgress?
      for feed in try transaction.feeds(in: scope) where feed.first > 1 {
        let filled = try transaction.history(scope: scope, device: feed.device)?.count ?? 0
        progress = progress ?? HistoryProgress()
        progress?.here += filled
        progress?.total += feed.first - 1
      }
      return progress
    }
  }

  /// Fetches what comes before the cut, up to so many bytes, from whichever node has it; once all
  /// is here the adopted checkpoint is compared with it.
  func fillHistory(
    from clients: [NodeClient], bytesMax: Int, answerBytesMax: Int = historyBytesPerAnswer
  ) async -> NodeFindings {
    var findings: NodeFindings = [:]
    var left = bytesMax
    for client in clients {
      do {
        while left > 0, try historyProgress() != nil {
          let got = try await fillHistory(from: client, bytesMost: answerBytesMax, &findings)
          guard got > 0 else { break }
          left -= got
        }
      } catch {
        continue
      }
    }
    do {
      if try historyProgress() == nil, let wrong = try verifyAdoption() {
        findings[clients.first?.node ?? did, default: []].append(wrong)
      }
    } catch {
      // The next sync compares again.
    }
    return findings
  }

  /// Asks one node once; how many bytes came that were of use.
  private func fillHistory(
    from client: NodeClient, bytesMost: Int, _ findings: inout NodeFindings
  ) async throws -> Int {
    let request = SyncRequest(
      digest: .zero, known: StateParts(scopes: [scope: try historyMarks()]),
      entriesBytesMost: bytesMost)
    guard let news = try await client.sync(request).news else { return 0 }
    var bytes = 0
    for run in news.runs where run.feed.scope == scope {
      do {
        bytes += try fillHistory(run)
      } catch let finding as Finding {
        findings[client.node, default: []].append(finding)
        return 0
      }
    }
    return bytes
  }

  /// What this device claims to have: of feeds without their beginning only what it has of that.
  private func historyMarks() throws -> [DID: StateParts.FeedMark] {
    try database.read { transaction in
      var marks: [DID: StateParts.FeedMark] = [:]
      for feed in try transaction.feeds(in: scope) {
        if feed.first == 1 {
          marks[feed.device] = StateParts.FeedMark(
            FeedPosition(count: Int(clamping: feed.count), chain: feed.chain))
        } else if let part = try transaction.history(scope: scope, device: feed.device) {
          marks[feed.device] = StateParts.FeedMark(
            FeedPosition(count: Int(clamping: part.count), chain: part.chain))
        }
      }
      return marks
    }
  }

  /// Checks entries before the cut and keeps them; how many bytes they have.
  ///
  /// They are part of the tree already. Throws a `Finding`.
  private func fillHistory(_ run: FeedRun) throws -> Int {
    guard let feed = try database.read({ try $0.feed(scope: scope, device: run.feed.device) }),
      feed.first > 1
    else { return 0 }
    let part = try database.read { try $0.history(scope: scope, device: feed.device) }
    let start =
      part.map { FeedPosition(count: Int(clamping: $0.count), chain: $0.chain) }
      ?? .start(of: run.feed, vault: did)
    let accepted: [FeedRun.Accepted]
    do {
      accepted = try run.verified(continuing: start)
    } catch {
      throw Finding.forged("entries of \(run.feed.device.text.suffix(8)): \(error)")
    }
    let before = accepted.filter { UInt64($0.entry.sequence) < feed.first }
    if let last = before.last, UInt64(last.entry.sequence) + 1 == feed.first {
      let adoption = try database.read { try Adoption.read($0) }
      let cut = adoption?.checkpoint.facts.feeds[feed.device]
      if let adoption, cut != last.position {
        try dropAdoption()
        throw Finding.badCheckpoint(device: adoption.checkpoint.device)
      }
    }
    try database.write { transaction in
      try transaction.fillHistory(
        before.map {
          StoredEntry(
            scope: scope, device: feed.device, sequence: UInt64($0.entry.sequence),
            bytes: $0.bytes, chain: $0.position.chain, state: .merged)
        })
    }
    return before.reduce(0) { $0 + $1.bytes.count }
  }

  /// Compares an adopted checkpoint with the history, now that it is here: both must make the same
  /// state, byte for byte.
  ///
  /// Where they do not, the history counts and the checkpoint's device is named.
  private func verifyAdoption() throws -> Finding? {
    guard let adoption = try database.read({ try Adoption.read($0) }) else { return nil }
    var past = Tree()
    var cut: VersionVector = [:]
    for (author, position) in adoption.checkpoint.facts.feeds {
      cut[author.key] = UInt64(position.count)
    }
    let isWhole = try replay(into: &past, upTo: cut)
    if isWhole, Hash.sha256(past.encodeCheckpoint()) == adoption.stateDigest {
      try database.write { try Adoption.remove($0) }
      return nil
    }
    try database.write { transaction in
      try transaction.removeCheckpoint(scope)
      try Adoption.remove(transaction)
      try Adoption.refuse(adoption.checkpoint.cid, transaction)
    }
    try reloadTree()
    return .badCheckpoint(device: adoption.checkpoint.device)
  }

  /// Says plainly that the history is not whole yet, or fetches the rest of it.
  ///
  /// For what looks into the past: it must never show less than there was.
  func completeHistory() async throws {
    guard try historyProgress() != nil else { return }
    try mirrorNodes()
    let findings = await fillHistory(from: try clients(meter: TrafficMeter()), bytesMax: .max)
    for finding in findings.values.joined() {
      let problem = Problem(.danger, .tampered, finding.sentence, hint: "freehold sync")
      try database.write {
        try $0.raiseProblem("history", at: environment.clock.now(), sealed: problem.bytes)
      }
    }
    guard let left = try historyProgress() else { return }
    throw FreeholdError(
      .offline,
      "the history is still coming: \(left.here) of \(left.total) entries before this device joined"
        + " are here",
      hint: "freehold sync fetches more when a node that has it can be reached")
  }
}
