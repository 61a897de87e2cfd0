import VaultCrypto
import VaultEncoding
import VaultSync

extension NodeService {
  /// Bytes of policy entries in one answer; the rest follows in the next.
  static let policyBytesMax = 4 << 20
  /// Bytes of heads in one answer.
  static let headBytesMax = 2 << 20

  /// `POST /v1/sync`: whether anything differs, in which parts, and what the client lacks of them.
  func sync(_ request: NodeRequest) throws -> NodeResponse {
    let admitted = try admit(request, as: .sync)
    let message = try SyncRequest(decoding: request.body)
    guard let tenant = try store.tenant(admitted.vault) else {
      throw NodeRefusal.absent("this node does not store for that vault")
    }
    // Who may know of some scopes only compares those, and hears of no others.
    let summary = admitted.memory.index.summary(for: admitted.caller)
    let digest = summary.digest
    let content: SyncResponse.Content
    if message.digest == digest {
      content = .same
    } else if let known = message.known {
      content = .news(
        try news(for: known, to: admitted, entriesBytesMost: message.entriesBytesMost))
    } else {
      content = .differs(StateOutline(summary))
    }
    var answer = SyncResponse(
      content, time: now, quotaBytes: Int(tenant.quotaBytes),
      usedBytes: Int(tenant.usedBytes))
    if message.wantsReceipt {
      let feeds = admitted.memory.index.feeds.filter {
        message.known?.scopes[$0.key.scope] != nil && admitted.caller.reaches($0.key.scope)
      }
      answer.receipt = try PushReceipt(
        vault: admitted.vault, digest: digest, feeds: feeds,
        policy: admitted.memory.judge.policyHeads, time: now, by: key
      ).bytes
    }
    return .cbor(answer.bytes)
  }

  private func news(
    for known: StateParts, to admitted: Admitted, entriesBytesMost: Int
  ) throws -> SyncNews {
    let memory = admitted.memory
    var news = SyncNews(shown: shown(for: known, to: admitted))
    if let heads = known.policy {
      let named = Set(heads)
      let lacking = memory.judge.policy(notUnder: { named.contains($0.syncPrefix) })
      var room = Self.policyBytesMax
      news.policy = Array(
        lacking.prefix { entry in
          defer { room -= entry.count }
          return room > 0
        })
      news.more = news.policy.count < lacking.count
    }
    for (scope, feeds) in known.scopes where feeds.isEmpty && admitted.caller.reaches(scope) {
      news.checkpoints += try store.checkpoints(of: scope, tenant: memory.index.tenant)
    }
    if let heads = known.heads { try fillHeads(of: &news, for: heads, to: admitted) }
    // Entries without the policy they were written under could be misjudged: policy goes first.
    if !news.more, entriesBytesMost > 0 {
      try fillRuns(of: &news, for: known, to: admitted, bytesMost: entriesBytesMost)
    }
    return news
  }

  /// What the node holds in the parts that were named.
  private func shown(for known: StateParts, to admitted: Admitted) -> StateParts {
    let index = admitted.memory.index
    var shown = StateParts()
    if known.policy != nil { shown.policy = admitted.memory.judge.policyHeads.map(\.syncPrefix) }
    if known.heads != nil {
      shown.heads = index.heads(of: headScope(of: admitted)).mapValues {
        StateParts.HeadMark(sequence: $0.sequence, name: $0.cid.syncPrefix)
      }
    }
    for scope in known.scopes.keys where admitted.caller.reaches(scope) {
      shown.add(scope, of: index.feeds)
    }
    return shown
  }

  /// The scope whose heads a caller hears of; nil when it reaches none.
  private func headScope(of admitted: Admitted) -> ScopeID? {
    admitted.caller.headScope.flatMap { admitted.caller.reaches($0) ? $0 : nil }
  }

  private func fillHeads(
    of news: inout SyncNews, for known: [DID: StateParts.HeadMark], to admitted: Admitted
  ) throws {
    let index = admitted.memory.index
    guard let scope = headScope(of: admitted) else { return }
    let devices = index.heads(of: scope).filter { device, own in
      guard let theirs = known[device] else { return true }
      return own.sequence > theirs.sequence
        || own.sequence == theirs.sequence && own.cid.syncPrefix != theirs.name
    }.keys.sorted()
    let heads = try store.heads(
      of: devices, in: scope, tenant: index.tenant, bytesMax: Self.headBytesMax)
    news.heads = heads.heads
    if !heads.isComplete { news.more = true }
  }

  private func fillRuns(
    of news: inout SyncNews, for known: StateParts, to admitted: Admitted, bytesMost: Int
  ) throws {
    let index = admitted.memory.index
    var left = bytesMost
    for (feed, position) in index.feeds.sorted(by: { $0.key < $1.key })
    where known.scopes[feed.scope] != nil && admitted.caller.reaches(feed.scope) {
      let first = (known[feed]?.count ?? 0) + 1
      guard first <= position.count else { continue }
      let run = try store.run(
        feed, of: index.tenant, from: first, bytesMax: left, atLeastOne: news.runs.isEmpty)
      if !run.entries.isEmpty { news.runs.append(run) }
      left = max(0, left - run.entries.reduce(0) { $0 + $1.count })
      if first + run.entries.count <= position.count { news.more = true }
    }
  }
}
