import VaultCrypto
import VaultEncoding
import VaultSync

extension NodeService {
  /// `POST /v1/push`: policy first, then runs, then heads; all of it is kept or nothing.
  ///
  /// Checkpoints come last, and only when all of them are in order is anything kept.
  func push(_ request: NodeRequest) throws -> NodeResponse {
    let admitted = try admitToPush(request)
    let message = try PushRequest(decoding: request.body)
    let vault = admitted.vault
    return try vaultLocks.withLock(on: vault) {
      var memory = try memoryWhileLocked(of: vault)
      let changes = try verify(message, by: admitted.caller, of: vault, against: &memory)
      let checkpoints = try message.checkpoints.map {
        try verify($0, by: admitted.caller, of: vault, against: memory)
      }
      let added = changes.usedBytes
      if added > 0 { try requireRoom(for: added) }
      let figures = try store.apply(changes, to: memory.index.tenant) { quota in
        // A full vault can still shrink: deleting is an entry, revoking a policy entry. Only for
        // managers, or a guest could use the reserve up and could not be put out here any more.
        admitted.caller.isManager && added <= limits.reservePushBytes
          ? quota + Int64(limits.reserveBytes) : quota
      }
      count(added)
      memory.index.refreshSummary()
      withState { $0.vaults.set(memory, for: vault) }
      try keep(checkpoints, of: vault, tenant: memory.index.tenant)
      waitingRoom.tell(vault, holds: memory.index.summary)
      let touched = Set(message.runs.map(\.feed))
      let receipt = try PushReceipt(
        vault: vault, digest: memory.index.summary(for: admitted.caller).digest,
        feeds: memory.index.feeds.filter { touched.contains($0.key) },
        policy: memory.judge.policyHeads, time: now, by: key)
      return .cbor(
        PushResponse(
          receipt: receipt.bytes, usedBytes: Int(figures.usedBytes),
          quotaBytes: Int(figures.quotaBytes)
        ).bytes)
    }
  }

  /// Checks a push against what is stored, and applies it to the memory.
  private func verify(
    _ message: PushRequest, by caller: VaultJudge.Caller, of vault: DID,
    against memory: inout VaultMemory
  ) throws -> NodeStore.Changes {
    var changes = NodeStore.Changes()
    changes.policy = try memory.judge.add(message.policy)
    memory.index.policy += changes.policy.map(\.cid)
    let cited = citations(in: message.runs, judge: memory.judge)
    for run in message.runs {
      guard caller.reaches(run.feed.scope) else {
        throw NodeRefusal.refused("the invocation does not reach the scope \(run.feed.scope)")
      }
      let accepted = try verify(
        run, of: vault, against: memory, cited: cited[run.feed] ?? 0)
      guard let last = accepted.last else { continue }
      memory.index.feeds[run.feed] = last.position
      guard memory.index.feeds.count <= SyncLimits.feedsMax else {
        throw NodeRefusal.malformed("a vault has at most \(SyncLimits.feedsMax) feeds")
      }
      changes.entries += accepted.map { (run.feed, $0) }
    }
    for bytes in message.heads {
      let head = try statement { () throws(MessageError) in try Head(verifying: bytes) }
      guard head.vault == vault else { throw NodeRefusal.mismatch("a head is another vault's") }
      guard let scope = head.scope ?? memory.judge.rootScope, caller.reaches(scope) else {
        throw NodeRefusal.refused("the invocation does not reach the scope of a head")
      }
      if let change = try change(for: head, in: scope, &memory, after: changes.heads) {
        changes.heads.append(change)
      }
    }
    return changes
  }

  /// Checks that a run continues its feed, is signed, and that its device may write.
  private func verify(
    _ run: FeedRun, of vault: DID, against memory: VaultMemory, cited: Int
  ) throws -> [FeedRun.Accepted] {
    let device = run.feed.device
    let position = memory.index.feeds[run.feed] ?? FeedPosition.start(of: run.feed, vault: vault)
    try compareOverlap(of: run, with: position, tenant: memory.index.tenant)
    let accepted: [FeedRun.Accepted]
    do {
      accepted = try run.verified(continuing: position)
    } catch .gap(let have, let first) {
      throw NodeRefusal.gap("a run starts at \(first), and the node has \(have) entries")
    } catch .contradiction(let sequence) {
      throw NodeRefusal.gap("a run contradicts entry \(sequence)")
    } catch .signature(let sequence) {
      throw NodeRefusal.mismatch("entry \(sequence) of a run is not signed by its device")
    } catch .malformed(let error) {
      throw NodeRefusal(error, in: "an entry")
    }
    // Entries that are here already need no right: a copy of them may come from anybody.
    guard let last = accepted.last else { return [] }
    switch memory.judge.writeLimit(of: device, in: run.feed.scope) {
    case .unlimited: return accepted
    case .upTo(let count, let chain):
      // What a revoked device wrote before its cutoff is kept, and nothing beyond.
      guard
        last.position.count < count || last.position == .init(count: count, chain: chain)
          || last.position.count <= cited
      else {
        throw NodeRefusal.refused("\(device) was revoked: \(count) entries of it count")
      }
      return accepted
    case .nothing where last.position.count <= cited && memory.judge.knows(device):
      return accepted
    case .nothing: throw NodeRefusal.refused("\(device) may not write here")
    }
  }

  /// How much of each feed the devices with access build on in these runs: what they had seen of a
  /// device before they knew that it was revoked must stay, or their own entries hang in the air.
  private func citations(in runs: [FeedRun], judge: VaultJudge) -> [FeedKey: Int] {
    let limits = runs.map { judge.writeLimit(of: $0.feed.device, in: $0.feed.scope) }
    guard limits.contains(where: { $0 != .unlimited }) else { return [:] }
    var cited: [FeedKey: Int] = [:]
    for (run, limit) in zip(runs, limits) where limit == .unlimited {
      cited.merge(run.citations) { max($0, $1) }
    }
    return cited
  }

  /// Entries that are here already must be the same: another one of the same number means that
  /// the device forked, and is never kept.
  private func compareOverlap(
    of run: FeedRun, with position: FeedPosition, tenant: Int64
  ) throws {
    guard run.first >= 1, run.first <= position.count else { return }
    for (offset, bytes) in run.entries.prefix(position.count + 1 - run.first).enumerated() {
      let stored = try store.entry(run.first + offset, of: run.feed, tenant: tenant)
      // An entry of this very push is not on disk yet; the chain checks it.
      guard let stored else { return }
      guard stored == bytes else {
        throw NodeRefusal.gap("a run contradicts entry \(run.first + offset)")
      }
    }
  }

  /// What to do with a head: newest of its device, evidence of a fork, or nothing.
  private func change(
    for head: Head, in scope: ScopeID, _ memory: inout VaultMemory,
    after earlier: [NodeStore.Changes.HeadChange]
  ) throws -> NodeStore.Changes.HeadChange? {
    let device = head.device
    guard memory.judge.knows(device) else {
      throw NodeRefusal.refused("\(device) has no part in this vault")
    }
    let key = FeedKey(scope: scope, device: device)
    let newest = memory.index.heads[key]
    guard let newest, newest.sequence >= head.sequence else {
      memory.index.heads[key] = VaultIndex.NewestHead(
        sequence: head.sequence, cid: head.cid, sizeBytes: head.bytes.count)
      return NodeStore.Changes.HeadChange(
        head: head, scope: scope, isEvidence: false, replacedBytes: newest?.sizeBytes ?? 0)
    }
    // An older one is passed over. Another one of the same number proves that the device forked:
    // the first such is kept beside the newest.
    guard newest.sequence == head.sequence, newest.cid != head.cid,
      !earlier.contains(where: { $0.isEvidence && $0.head.device == device && $0.scope == scope }),
      try !store.hasEvidence(against: key, tenant: memory.index.tenant)
    else { return nil }
    return NodeStore.Changes.HeadChange(
      head: head, scope: scope, isEvidence: true, replacedBytes: 0)
  }
}
