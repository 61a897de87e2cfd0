import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

/// What came of an answer's content.
struct Ingested {
  /// What was wrong with it.
  var findings: [Finding] = []
  /// Whether new entries came.
  var hasNewEntries = false
  /// Whether new policy entries came: they may hold the key that entries wait for.
  var hasNewPolicy = false
  /// The newest head of this device that it showed and that was never signed here: this home is a
  /// copy.
  var foreignHead: Head?
  /// Whether it showed entries of this device that do not continue what is here: this home is a
  /// copy, or they are forged.
  var doubtsOwnFeed = false
}

extension Vault {
  /// Takes in what a node sent: policy first, then heads, then entries; each piece is verified
  /// before anything of it is kept, and what is kept is durable when this returns.
  func ingest(_ news: SyncNews) throws -> Ingested {
    var result = Ingested()
    try ingestPolicy(news.policy, &result)
    try ingestHeads(news.heads, &result)
    for run in news.runs { try ingest(run, &result) }
    if result.hasNewEntries || result.hasNewPolicy { try mergeWaiting() }
    return result
  }

  private func ingestPolicy(_ entries: [[UInt8]], _ result: inout Ingested) throws {
    guard !entries.isEmpty else { return }
    var accepted: [(CID, [UInt8])] = []
    for bytes in entries {
      do {
        guard case .accepted(let cids) = try policy.add(bytes) else { continue }
        accepted += cids.compactMap { cid in policy.entry(cid).map { (cid, $0.bytes) } }
      } catch {
        result.findings.append(.forged("a policy entry that can never be valid"))
      }
    }
    guard !accepted.isEmpty else { return }
    try database.write { transaction in
      for (cid, bytes) in accepted { try transaction.addPolicyEntry(cid, bytes: bytes) }
    }
    keyring = makeKeyring()
    try applyRevocations()
    result.hasNewPolicy = true
  }

  private func ingestHeads(_ heads: [[UInt8]], _ result: inout Ingested) throws {
    for bytes in heads {
      guard let head = try? Head(verifying: bytes), head.vault == did else {
        result.findings.append(.forged("a head with a wrong signature"))
        continue
      }
      if head.device == device, try !isOwn(head) {
        if head.sequence > result.foreignHead?.sequence ?? 0 { result.foreignHead = head }
        try database.write { try OtherHome.note(device, head: head, $0) }
        continue
      }
      let known = try database.read { try $0.head(of: head.device) }
      let sequence = UInt64(head.sequence)
      if let known, known.sequence == sequence, known.cid != head.cid {
        result.findings.append(.deviceForked(device: head.device, sequence: head.sequence))
      }
      guard sequence > (known?.sequence ?? 0) else { continue }
      try database.write {
        try $0.setHead(
          StoredHead(
            device: head.device, sequence: sequence, cid: head.cid, envelope: bytes))
      }
    }
  }

  /// Whether a head of this device is one that it signed here, and not later ago than the newest.
  private func isOwn(_ head: Head) throws -> Bool {
    guard let newest = try database.read({ try $0.head(of: device) }) else { return false }
    let sequence = UInt64(head.sequence)
    return sequence < newest.sequence || (sequence == newest.sequence && head.cid == newest.cid)
  }

  private func ingest(_ run: FeedRun, _ result: inout Ingested) throws {
    let position = try database.read { try $0.position(of: run.feed, vault: did) }
    let accepted: [FeedRun.Accepted]
    do {
      accepted = try run.verified(continuing: position)
    } catch .gap {
      return
    } catch {
      // Either these entries are forged or the checkpoint's chain is: the history will tell.
      if try isFirstBehindCut(run.feed) {
        if try !ownEntriesBuildOnOthers() { try dropAdoption() }
        return
      }
      if run.feed.device == device { result.doubtsOwnFeed = true }
      result.findings.append(.forged("entries of \(run.feed.device.text.suffix(8)): \(error)"))
      return
    }
    guard !accepted.isEmpty else { return }
    let kept = keptCount(of: run.feed.device, in: run.feed.scope) ?? .max
    let device = self.device
    try database.write { transaction in
      // What this device has signed, and not here.
      if run.feed.device == device { try OtherHome.note(device, transaction) }
      try transaction.append(
        accepted.map {
          StoredEntry(
            scope: run.feed.scope, device: run.feed.device, sequence: UInt64($0.entry.sequence),
            bytes: $0.bytes, chain: $0.position.chain,
            state: $0.entry.sequence <= kept ? .waiting : .quarantined)
        })
    }
    result.hasNewEntries = true
  }

  /// Merges the entries that wait and can be opened; the others go on waiting.
  func mergeWaiting() throws {
    var left = try mergeWaitingOnce()
    // Each turn merges something that had waited for what was let out, or is the last.
    while try releaseCited(by: left.entries) {
      left = try mergeWaitingOnce()
      guard left.hasMerged else { return }
    }
  }

  /// One pass; the entries that were opened and still wait for others.
  private func mergeWaitingOnce() throws -> (entries: [StoredEntry], hasMerged: Bool) {
    let waiting = try database.read { try $0.entries(in: .waiting) }.filter {
      $0.scope == scope && knowsPart(of: $0.device)
    }
    guard !waiting.isEmpty else { return ([], false) }
    let opener = self.opener
    var batches: [Batch] = []
    var limited: [LimitedBatch] = []
    var broken: [StoredEntry] = []
    var opened: [StoredEntry] = []
    for entry in waiting {
      do {
        let batch = try opener.open(entry)
        if opener.counts(entry) {
          batches.append(batch)
        } else {
          limited.append(LimitedBatch(entry: entry, batch: batch))
        }
        opened.append(entry)
      } catch EntryProblem.noKey {
        continue
      } catch {
        broken.append(entry)
      }
    }
    _ = tree.merge(batches)
    tree.labelClashes()
    if !limited.isEmpty { broken += try merge(limited, among: batches) }
    let merged = waiting.filter { $0.sequence <= tree.vector[$0.device.key] }
    try database.write { transaction in
      for entry in merged { try transaction.setState(.merged, entry) }
      for entry in broken { try transaction.setState(.quarantined, entry) }
    }
    if !merged.isEmpty { isTreeDirty = true }
    return (opened.filter { $0.sequence > tree.vector[$0.device.key] }, !merged.isEmpty)
  }
}

extension VaultTransaction {
  fileprivate func setState(_ state: StoredEntry.State, _ entry: StoredEntry) throws {
    try setState(
      state, scope: entry.scope, device: entry.device,
      sequences: entry.sequence...entry.sequence)
  }
}
