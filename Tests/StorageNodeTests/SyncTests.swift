import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct SyncTests {
  private func known(
    feeds: FeedVector = [:], policy: [CID] = [], heads: [DID: CID] = [:]
  ) -> SyncRequest.Known {
    SyncRequest.Known(
      feeds: feeds, policy: policy.map(\.syncPrefix), heads: heads.mapValues(\.syncPrefix))
  }

  @Test func `a client that is right hears same, and one that is not hears the vector`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1]], in: vault.scope, after: start)
    let pushed = try node.push(PushRequest(runs: [run]), of: &vault)
    let digest = try PushReceipt(
      verifying: PushResponse(decoding: pushed.body).receipt
    ).digest
    let same = try node.sync(SyncRequest(digest: digest, known: nil), of: &vault)
    #expect(same.same && same.feeds.isEmpty && same.runs.isEmpty)
    #expect(same.quotaBytes == 64 << 20)
    let other = try node.sync(SyncRequest(digest: .zero, known: nil), of: &vault)
    #expect(!other.same && other.feeds == [feed: end] && other.runs.isEmpty)
  }

  @Test func `a new device receives everything and then lacks nothing`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let second = try vault.addDevice()
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1], [2], [3]], in: vault.scope, after: start)
    let head = try vault.first.head(1, feeds: [vault.scope: end])
    _ = try node.push(PushRequest(runs: [run], heads: [head.bytes]), of: &vault)
    let answer = try node.sync(
      SyncRequest(digest: .zero, known: known()), of: &vault, by: second)
    #expect(answer.policy == vault.policy)
    #expect(answer.heads == [head.bytes])
    #expect(answer.runs == [run])
    #expect(answer.feeds == [feed: end])
    #expect(!answer.more && answer.wantedPolicy.isEmpty)
    let all = known(
      feeds: [feed: end], policy: vault.author.log.entries.map(\.cid),
      heads: [vault.first.did: head.cid])
    let index = try #require(try node.service.store.index(of: vault.did))
    let again = try node.sync(
      SyncRequest(digest: index.digest, known: all), of: &vault, by: second)
    #expect(again.same && again.runs.isEmpty && again.policy.isEmpty && again.heads.isEmpty)
  }

  @Test func `a node says which policy entries it lacks`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    _ = try vault.addDevice()
    let last = try #require(vault.author.log.entries.last)
    let answer = try node.sync(
      SyncRequest(digest: .zero, known: known(policy: vault.author.log.entries.map(\.cid))),
      of: &vault)
    #expect(answer.wantedPolicy == [last.cid.syncPrefix])
    #expect(answer.policy.isEmpty)
  }

  @Test func `a long feed comes in runs that each end with a signed entry`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    var position = start
    for number in 0..<6 {
      let bytes = [[UInt8]](repeating: [UInt8](repeating: UInt8(number), count: 1_000), count: 3)
      let (run, end) = try vault.first.write(bytes, in: vault.scope, after: position)
      #expect(try node.push(PushRequest(runs: [run]), of: &vault).status == 200)
      position = end
    }
    var have = start
    var answers = 0
    let policy = vault.author.log.entries.map(\.cid)
    while have.count < position.count {
      answers += 1
      try #require(answers < 20)
      let request = SyncRequest(
        digest: .zero, known: known(feeds: [feed: have], policy: policy), entriesBytesMost: 4_000)
      let answer = try node.sync(request, of: &vault)
      let run = try #require(answer.runs.first)
      #expect(answer.runs.count == 1)
      #expect(run.entries.count == 3)
      let accepted = try run.verified(continuing: have)
      have = try #require(accepted.last).position
      #expect(answer.more == (have.count < position.count))
    }
    #expect(have == position)
    #expect(answers == 6)
  }

  @Test func `even a tiny appetite gets one run`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let start = vault.first.start(in: vault.scope).position
    let bytes = [[UInt8]](repeating: [UInt8](repeating: 1, count: 100_000), count: 5)
    let (run, _) = try vault.first.write(bytes, in: vault.scope, after: start)
    _ = try node.push(PushRequest(runs: [run]), of: &vault)
    let policy = vault.author.log.entries.map(\.cid)
    let answer = try node.sync(
      SyncRequest(digest: .zero, known: known(policy: policy), entriesBytesMost: 1), of: &vault)
    #expect(answer.runs == [run])
  }
}
