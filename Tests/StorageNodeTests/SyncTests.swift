import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct SyncTests {
  /// What somebody names who has nothing and asks for everything.
  private func nothing(_ scope: ScopeID) -> StateParts {
    StateParts(policy: [], heads: [:], scopes: [scope: [:]])
  }

  @Test func `a client that is right hears same, and one that is not hears what differs`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1]], in: vault.scope, after: start)
    let pushed = try node.push(PushRequest(runs: [run]), of: &vault)
    let digest = try PushReceipt(
      verifying: PushResponse(decoding: pushed.body).receipt
    ).digest
    let same = try node.sync(SyncRequest(digest: digest), of: &vault)
    #expect(same.content == .same && same.receipt == nil)
    #expect(same.quotaBytes == 64 << 20)
    let policy = vault.author.log.entries.map(\.cid)
    let summary = StateSummary(feeds: [feed: end], policy: policy, heads: [:])
    #expect(summary.digest == digest)
    #expect(try node.outline(of: &vault) == StateOutline(summary))
  }

  @Test func `a node signs for what it holds when it is asked to`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1]], in: vault.scope, after: start)
    _ = try node.push(PushRequest(runs: [run]), of: &vault)
    let policy = vault.author.log.entries.map(\.cid)
    let digest = StateSummary(feeds: [feed: end], policy: policy, heads: [:]).digest
    let same = try node.sync(SyncRequest(digest: digest, wantsReceipt: true), of: &vault)
    let whole = try PushReceipt(verifying: #require(same.receipt))
    #expect(same.content == .same)
    #expect(whole.node == node.did && whole.vault == vault.did)
    #expect(whole.digest == digest && whole.feeds.isEmpty)
    // A client with another state hears which feeds the node signs for.
    let known = StateParts(scopes: [vault.scope: [:]])
    let other = try node.sync(
      SyncRequest(digest: .zero, wantsReceipt: true, known: known, entriesBytesMost: 0),
      of: &vault)
    let named = try PushReceipt(verifying: #require(other.receipt))
    #expect(named.digest == digest && named.feeds == [feed: end])
    #expect(other.news?.runs.isEmpty == true)
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
    let news = try node.news(nothing(vault.scope), of: &vault, by: second)
    #expect(news.policy == vault.policy)
    #expect(news.heads == [head.bytes])
    #expect(news.runs == [run])
    #expect(news.shown[feed] == StateParts.FeedMark(end))
    #expect(!news.more)
    let all = news.shown
    let again = try node.news(all, of: &vault, by: second)
    #expect(again.runs.isEmpty && again.policy.isEmpty && again.heads.isEmpty)
    let state = StateSummary(
      feeds: [feed: end], policy: vault.author.log.entries.map(\.cid),
      heads: [vault.first.did: head.cid])
    let right = SyncRequest(digest: state.digest, known: all)
    #expect(try node.sync(right, of: &vault, by: second).content == .same)
  }

  @Test func `only the parts that are named are answered`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (_, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1]], in: vault.scope, after: start)
    let head = try vault.first.head(1, feeds: [vault.scope: end])
    _ = try node.push(PushRequest(runs: [run], heads: [head.bytes]), of: &vault)
    let heads = try node.news(StateParts(heads: [:]), of: &vault)
    #expect(heads.heads == [head.bytes] && heads.runs.isEmpty && heads.policy.isEmpty)
    #expect(heads.shown.policy == nil && heads.shown.scopes.isEmpty)
    let looking = try node.news(nothing(vault.scope), most: 0, of: &vault)
    #expect(looking.runs.isEmpty && !looking.more)
  }

  @Test func `a policy log is compared by its heads, however long it is`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    for _ in 0..<20 { _ = try vault.addDevice() }
    try node.enroll(&vault)
    let before = vault.author.log.heads
    // The client has more than the node: nothing comes, and the node shows its heads.
    _ = try vault.addDevice()
    let ahead = StateParts(policy: vault.author.log.heads.map(\.syncPrefix))
    let news = try node.news(ahead, of: &vault)
    #expect(news.shown.policy == before.map(\.syncPrefix))
    let named = Set(news.shown.policy ?? [])
    let lacking = vault.author.log.entries(notUnder: { named.contains($0.syncPrefix) })
    #expect(lacking.map(\.cid) == vault.author.log.heads)
    #expect(try node.push(PushRequest(policy: lacking.map(\.bytes)), of: &vault).status == 200)
    // The client has less: exactly what it lacks comes.
    let behind = StateParts(policy: before.map(\.syncPrefix))
    #expect(try node.news(behind, of: &vault).policy == lacking.map(\.bytes))
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
    while have.count < position.count {
      answers += 1
      try #require(answers < 20)
      var known = StateParts()
      known.add(vault.scope, of: [feed: have])
      let news = try node.news(known, most: 4_000, of: &vault)
      let run = try #require(news.runs.first)
      #expect(news.runs.count == 1)
      #expect(run.entries.count == 3)
      let accepted = try run.verified(continuing: have)
      have = try #require(accepted.last).position
      #expect(news.more == (have.count < position.count))
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
    let news = try node.news(StateParts(scopes: [vault.scope: [:]]), most: 1, of: &vault)
    #expect(news.runs == [run])
  }
}
