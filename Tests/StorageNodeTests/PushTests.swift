import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct PushTests {
  @Test func `a push is kept, acknowledged with a signed receipt and survives a power cut`() throws
  {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1], [2, 2], [3]], in: vault.scope, after: start)
    let head = try vault.first.head(1, feeds: [vault.scope: end])
    let answer = try node.push(PushRequest(runs: [run], heads: [head.bytes]), of: &vault)
    #expect(answer.status == 200, "\(answer.text)")
    let response = try PushResponse(decoding: answer.body)
    let receipt = try PushReceipt(verifying: response.receipt)
    #expect(receipt.node == node.did)
    #expect(receipt.feeds == [feed: end])
    let expected = StateSummary(
      feeds: [feed: end], policy: vault.author.log.entries.map(\.cid),
      heads: [vault.first.did: head.cid]
    ).digest
    #expect(receipt.digest == expected)
    try node.checkAccounts()
    node.medium.cutPower()
    try node.restart()
    try node.checkAccounts()
    let index = try #require(try node.service.store.index(of: vault.did))
    let heads = index.heads(of: vault.scope).mapValues(\.cid)
    #expect(index.summary.limited(to: { _ in true }, heads: heads).digest == expected)
  }

  @Test func `a push that was taken already changes nothing`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let start = vault.first.start(in: vault.scope).position
    let (run, end) = try vault.first.write([[1], [2]], in: vault.scope, after: start)
    let head = try vault.first.head(1, feeds: [vault.scope: end])
    let body = PushRequest(policy: vault.policy, runs: [run], heads: [head.bytes]).bytes
    let request = try node.request(
      .pushLog(scope: nil), .post, Endpoint.push, body: body, of: &vault)
    let first = try PushResponse(decoding: node.service.answer(request).body)
    try node.restart()
    let second = try PushResponse(decoding: node.service.answer(request).body)
    #expect(first.usedBytes == second.usedBytes)
    #expect(
      try PushReceipt(verifying: first.receipt).digest
        == PushReceipt(verifying: second.receipt).digest)
    try node.checkAccounts()
  }

  @Test func `a gap is refused and nothing of the push is kept`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let start = vault.first.start(in: vault.scope).position
    let (_, middle) = try vault.first.write([[1]], in: vault.scope, after: start)
    let (late, _) = try vault.first.write([[2]], in: vault.scope, after: middle)
    let head = try vault.first.head(1)
    let before = try node.service.store.tenant(vault.did)
    let answer = try node.push(PushRequest(runs: [late], heads: [head.bytes]), of: &vault)
    #expect(answer.refusal?.code == .gap)
    #expect(try node.service.store.tenant(vault.did) == before)
    #expect(try node.outline(of: &vault).scopes.isEmpty)
  }

  @Test func `an entry that contradicts a stored one is refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let start = vault.first.start(in: vault.scope).position
    let (run, _) = try vault.first.write([[1], [2]], in: vault.scope, after: start)
    #expect(try node.push(PushRequest(runs: [run]), of: &vault).status == 200)
    // The device was restored from a backup and writes another history.
    let (fork, _) = try vault.first.write([[1], [7], [8]], in: vault.scope, after: start)
    let answer = try node.push(PushRequest(runs: [fork]), of: &vault)
    #expect(answer.refusal?.code == .gap, "\(answer.text)")
    #expect(answer.refusal?.message.contains("contradicts") == true)
    // The same, hidden behind the end of the node's copy: the chain does not fit.
    let hidden = FeedRun(feed: fork.feed, first: 3, entries: Array(fork.entries.suffix(1)))
    #expect(try node.push(PushRequest(runs: [hidden]), of: &vault).refusal?.code == .mismatch)
    try node.checkAccounts()
  }

  @Test func `entries in another device's name are refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let second = try vault.addDevice()
    try node.enroll(&vault)
    let start = second.start(in: vault.scope).position
    let forged = try vault.first.write([[1]], in: vault.scope, after: start).run
    let run = FeedRun(
      feed: FeedKey(scope: vault.scope, device: second.did), first: 1, entries: forged.entries)
    let answer = try node.push(PushRequest(runs: [run]), of: &vault)
    #expect(answer.refusal?.code == .mismatch, "\(answer.text)")
    #expect(try node.outline(of: &vault).scopes.isEmpty)
  }

  @Test func `entries and heads of a stranger are refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let stranger = vault.makeDevice()
    try node.enroll(&vault)
    let start = stranger.start(in: vault.scope).position
    let run = try stranger.write([[1]], in: vault.scope, after: start).run
    #expect(try node.push(PushRequest(runs: [run]), of: &vault).refusal?.code == .refused)
    let head = try stranger.head(1)
    #expect(try node.push(PushRequest(heads: [head.bytes]), of: &vault).refusal?.code == .refused)
    // And it cannot ask for anything itself.
    let answer = try node.push(PushRequest(runs: [run]), of: &vault, by: stranger)
    #expect([401, 403].contains(answer.status), "\(answer.text)")
  }

  @Test func `an unsigned run, a broken entry and a wrong head are refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let unsigned = try vault.first.write(
      [[1], [2]], in: vault.scope, after: start, isSigned: false)
    #expect(
      try node.push(PushRequest(runs: [unsigned.run]), of: &vault).refusal?.code == .mismatch)
    let broken = FeedRun(feed: feed, first: 1, entries: [[0x83, 1, 2]])
    #expect(try node.push(PushRequest(runs: [broken]), of: &vault).refusal?.code == .malformed)
    var head = try vault.first.head(1).bytes
    head[10] ^= 1
    #expect(try node.push(PushRequest(heads: [head]), of: &vault).refusal?.code == .mismatch)
    let other = try Head(
      vault: node.did, sequence: 1, feeds: [:], policy: [], seen: [:], time: .epoch,
      by: vault.first.keys.signing)
    #expect(
      try node.push(PushRequest(heads: [other.bytes]), of: &vault).refusal?.code == .mismatch)
    try node.checkAccounts()
  }

  @Test func `a revoked device is refused as soon as the node knows, and its own past is kept`()
    throws
  {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let second = try vault.addDevice()
    try node.enroll(&vault)
    let (feed, start) = second.start(in: vault.scope)
    let (run, end) = try second.write([[1]], in: vault.scope, after: start)
    #expect(try node.push(PushRequest(runs: [run]), of: &vault, by: second).status == 200)
    let (kept, keptEnd) = try second.write([[2]], in: vault.scope, after: end)
    let (late, _) = try second.write([[3]], in: vault.scope, after: keptEnd)
    let stale = vault
    let limit = KeptOperations([
      second.did: [.init(scope: vault.scope, count: 2, chain: keptEnd.chain)]
    ])
    try vault.author.revoke(.principal(second.did), keptOperations: limit)
    #expect(try node.push(PushRequest(policy: vault.policy), of: &vault).status == 200)
    var withOldLog = stale
    let refused = try node.push(PushRequest(runs: [late]), of: &withOldLog, by: second)
    #expect(refused.refusal?.code == .refused, "\(refused.text)")
    // What it wrote before its cutoff may still be brought, by somebody who may push.
    #expect(try node.push(PushRequest(runs: [kept]), of: &vault).status == 200)
    let beyond = try node.push(PushRequest(runs: [late]), of: &vault)
    #expect(beyond.refusal?.code == .refused, "\(beyond.text)")
    let news = try node.news(StateParts(scopes: [vault.scope: [:]]), of: &vault)
    #expect(news.shown[feed]?.count == 2)
  }

  @Test func `of heads the newest is kept, an older one passed over, a fork kept as evidence`()
    throws
  {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let second = try vault.first.head(2, time: 1)
    #expect(try node.push(PushRequest(heads: [second.bytes]), of: &vault).status == 200)
    let older = try vault.first.head(1)
    #expect(try node.push(PushRequest(heads: [older.bytes]), of: &vault).status == 200)
    let device = FeedKey(scope: vault.scope, device: vault.first.did)
    var index = try #require(try node.service.store.index(of: vault.did))
    #expect(index.heads[device]?.cid == second.cid)
    let tenant = index.tenant
    #expect(try !node.service.store.hasEvidence(against: device, tenant: tenant))
    for time in [Int64(2), 3] {
      let fork = try vault.first.head(2, time: time)
      #expect(try node.push(PushRequest(heads: [fork.bytes]), of: &vault).status == 200)
    }
    #expect(try node.service.store.hasEvidence(against: device, tenant: tenant))
    index = try #require(try node.service.store.index(of: vault.did))
    #expect(index.heads[device]?.cid == second.cid)
    let third = try vault.first.head(3)
    #expect(try node.push(PushRequest(heads: [third.bytes]), of: &vault).status == 200)
    try node.checkAccounts()
  }
}
