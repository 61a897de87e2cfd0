import VaultCrypto
import VaultEncoding
import VaultSync

extension NodeService {
  /// Bytes of policy entries in one answer; the rest follows in the next.
  static let policyBytesMax = 4 << 20
  /// Bytes of heads in one answer.
  static let headBytesMax = 2 << 20

  /// `POST /v1/sync`: what the client lacks, and how far the node's copy goes.
  func sync(_ request: NodeRequest) throws -> NodeResponse {
    let admitted = try admit(request, as: .sync)
    let message = try SyncRequest(decoding: request.body)
    let index = admitted.memory.index
    guard let tenant = try store.tenant(admitted.vault) else {
      throw NodeRefusal.absent("this node does not store for that vault")
    }
    var answer = SyncResponse(
      same: false, time: now, quotaBytes: Int(tenant.quotaBytes),
      usedBytes: Int(tenant.usedBytes))
    let isRight = message.digest == index.digest
    if let known = message.known {
      try fillStatements(of: &answer, for: known, from: index)
      // Entries without the policy they were written under could be misjudged: policy goes first.
      if !answer.more {
        try fillRuns(
          of: &answer, for: known, from: index, caller: admitted.caller,
          bytesMost: message.entriesBytesMost)
      }
      let lacksNothing =
        answer.policy.isEmpty && answer.wantedPolicy.isEmpty && answer.heads.isEmpty
        && answer.runs.isEmpty
      answer.same = isRight && lacksNothing
    } else {
      answer.same = isRight
    }
    if !answer.same { answer.feeds = index.feeds }
    return .cbor(answer.bytes)
  }

  private func fillStatements(
    of answer: inout SyncResponse, for known: SyncRequest.Known, from index: VaultIndex
  ) throws {
    let theirs = Set(known.policy)
    let ours = Set(index.policy.map(\.syncPrefix))
    let policy = try store.policyEntries(
      index.policy.filter { !theirs.contains($0.syncPrefix) }, of: index.tenant,
      bytesMax: Self.policyBytesMax)
    answer.policy = policy.entries
    answer.wantedPolicy = known.policy.filter { !ours.contains($0) }
    let devices = index.heads.filter { known.heads[$0.key] != $0.value.cid.syncPrefix }.keys
      .sorted()
    let heads = try store.heads(of: devices, tenant: index.tenant, bytesMax: Self.headBytesMax)
    answer.heads = heads.heads
    answer.more = !policy.isComplete || !heads.isComplete
  }

  private func fillRuns(
    of answer: inout SyncResponse, for known: SyncRequest.Known, from index: VaultIndex,
    caller: VaultJudge.Caller, bytesMost: Int
  ) throws {
    var left = bytesMost
    for (feed, position) in index.feeds.sorted(by: { $0.key < $1.key })
    where caller.reaches(feed.scope) {
      let first = (known.feeds[feed]?.count ?? 0) + 1
      guard first <= position.count else { continue }
      let run = try store.run(
        feed, of: index.tenant, from: first, bytesMax: left, atLeastOne: answer.runs.isEmpty)
      if !run.entries.isEmpty { answer.runs.append(run) }
      left = max(0, left - run.entries.reduce(0) { $0 + $1.count })
      if first + run.entries.count <= position.count { answer.more = true }
    }
  }
}
