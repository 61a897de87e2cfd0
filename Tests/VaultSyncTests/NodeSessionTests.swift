import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

struct NodeSessionTests {
  let fixture: SyncFixture
  let entries: [FeedEntry]
  let node: SigningKey
  let now = Timestamp(milliseconds: 1_800_000_000_000)

  init() throws {
    fixture = try SyncFixture()
    entries = fixture.entries(4, signed: [1, 2, 3, 4])
    var random = Seeded(state: 77)
    node = SigningKey.generate(using: &random)
  }

  private func vector(_ count: Int) -> FeedVector {
    count == 0 ? [:] : [fixture.feed: fixture.position(after: entries.prefix(count))]
  }

  private func local(_ count: Int) -> LocalState { LocalState(feeds: vector(count)) }

  private func session(_ memory: NodeMemory = NodeMemory(), signed: Int = 0) -> NodeSession {
    NodeSession(
      vault: fixture.vault, node: node.did, memory: memory,
      acknowledged: Acknowledged(feeds: signed == 0 ? [:] : [fixture.feed: signed]))
  }

  private func answer(
    _ content: SyncResponse.Content, receipt: PushReceipt? = nil
  ) -> SyncResponse {
    SyncResponse(content, time: now, quotaBytes: 0, usedBytes: 0, receipt: receipt?.bytes)
  }

  private func shown(_ count: Int) -> SyncNews {
    var parts = StateParts()
    parts.add(fixture.scope, of: vector(count))
    return SyncNews(shown: parts)
  }

  private func receipt(
    _ count: Int, digest: Bytes32 = .zero, by key: SigningKey? = nil
  ) throws -> PushReceipt {
    try PushReceipt(
      vault: fixture.vault, digest: digest, feeds: vector(count), policy: [], time: now,
      by: key ?? node)
  }

  private func chain(_ feed: FeedKey, _ count: Int) -> Bytes32? {
    count <= entries.count ? fixture.position(after: entries.prefix(count)).chain : nil
  }

  /// Lets a node show so many entries to a device that has some.
  private func show(
    _ news: SyncNews, _ session: inout NodeSession, local: LocalState
  ) -> NodeSession.Step {
    var known = StateParts()
    known.add(fixture.scope, of: local.feeds)
    return session.receive(
      answer(.news(news)), asking: SyncRequest(digest: local.digest, known: known), local: local,
      chainAt: chain)
  }

  private func isFetched(_ step: NodeSession.Step) -> Bool {
    if case .fetched = step { true } else { false }
  }

  // MARK: Asking

  @Test func `nothing new is one question`() throws {
    let local = local(3)
    var session = session(signed: 3)
    let request = session.start(local)
    #expect(request == SyncRequest(digest: local.digest))
    let step = session.receive(answer(.same), asking: request, local: local, chainAt: chain)
    #expect(isFetched(step))
    #expect(session.lacking(local).isEmpty && session.confirmation(local) == nil)
  }

  @Test func `another digest is asked about in the parts that differ only`() {
    let local = local(3)
    var session = session()
    let request = session.start(local)
    let other = StateSummary(feeds: vector(1), policy: [CID](), heads: [:])
    let step = session.receive(
      answer(.differs(StateOutline(other))), asking: request, local: local, chainAt: chain)
    guard case .ask(let next) = step else {
      Issue.record("does not ask again")
      return
    }
    #expect(next.known?.policy == nil && next.known?.heads == nil)
    #expect(next.known?[fixture.feed]?.count == 3)
  }

  @Test func `a node that is as it was is brought what is new without being asked more`() throws {
    let before = local(2)
    var session = session()
    let first = session.start(before)
    try session.acknowledge(
      receipt(2, digest: before.digest), of: before, chainAt: chain)
    #expect(session.memory.digest == before.digest)
    #expect(first.digest == before.digest)
    let local = local(4)
    var next = NodeSession(
      vault: fixture.vault, node: node.did, memory: session.memory,
      acknowledged: session.acknowledged)
    let request = next.start(local)
    #expect(request == SyncRequest(digest: before.digest))
    let step = next.receive(answer(.same), asking: request, local: local, chainAt: chain)
    #expect(isFetched(step))
    #expect(next.lacking(local) == [fixture.feed: 3])
  }

  @Test func `a node that is behind is brought the rest and not accused`() {
    var session = session()
    _ = show(shown(1), &session, local: local(3))
    #expect(session.lacking(local(3)) == [fixture.feed: 2])
    #expect(session.findings.isEmpty)
  }

  // MARK: What counts

  @Test func `what a node says without a signature is not sent again and does not count`() throws {
    let local = local(3)
    var session = session()
    let request = session.start(local)
    #expect(request.wantsReceipt)
    _ = session.receive(answer(.same), asking: request, local: local, chainAt: chain)
    #expect(session.lacking(local).isEmpty)
    #expect(session.acknowledged.feeds.isEmpty && !session.acknowledged.covers(local))
    // It is asked to sign, and only that counts.
    let question = try #require(session.confirmation(local))
    #expect(question.wantsReceipt && question.entriesBytesMost == 0)
    let signed = try receipt(0, digest: local.digest)
    session.confirm(answer(.same, receipt: signed), of: local, chainAt: chain)
    #expect(session.acknowledged.covers(local))
    #expect(session.confirmation(local) == nil)
  }

  @Test func `a receipt of another key, vault or state does not count`() throws {
    let local = local(3)
    var session = session()
    let request = session.start(local)
    let forged = try receipt(3, digest: local.digest, by: fixture.device)
    _ = session.receive(
      answer(.same, receipt: forged), asking: request, local: local, chainAt: chain)
    #expect(!session.acknowledged.covers(local))
    #expect(session.findings == [.forged("a receipt with a wrong signature")])
    session.confirm(answer(.same, receipt: try receipt(0)), of: local, chainAt: chain)
    #expect(!session.acknowledged.covers(local))
    session.confirm(answer(.same, receipt: try receipt(2)), of: local, chainAt: chain)
    #expect(session.acknowledged.feeds == [fixture.feed: 2])
  }

  @Test func `a receipt for another history convicts`() throws {
    let local = local(3)
    var session = session()
    let other = try PushReceipt(
      vault: fixture.vault, digest: .zero,
      feeds: [fixture.feed: FeedPosition(count: 3, chain: .zero)], policy: [], time: now, by: node)
    session.acknowledge(other, of: local, chainAt: chain)
    #expect(session.findings == [.signedContradiction(feed: fixture.feed, at: 3)])
    #expect(session.acknowledged.feeds.isEmpty)
  }

  @Test func `receipts are kept as evidence that anybody can check`() throws {
    var session = session()
    for count in 1...4 {
      let state = local(count)
      try session.acknowledge(
        receipt(count == 3 ? 3 : 0, digest: count == 3 ? .zero : state.digest), of: state,
        chainAt: chain)
      let proofs = session.memory.receipts.proofs
      #expect(proofs.count == 1)
      #expect(proofs.allSatisfy { $0.isSound(by: node.did, of: fixture.vault) })
      #expect(!proofs.contains { $0.isSound(by: fixture.vault, of: fixture.vault) })
      #expect(session.memory.receipts.position(of: fixture.feed)?.count == count)
    }
    #expect(try NodeMemory(decoding: session.memory.bytes) == session.memory)
  }

  // MARK: Going back

  @Test func `a node that shows less than it had is found, and does not count any more`() throws {
    var before = session()
    before.acknowledge(try receipt(3), of: local(3), chainAt: chain)
    var session = session(before.memory, signed: 3)
    _ = show(shown(1), &session, local: local(3))
    #expect(
      session.findings == [
        .rolledBack(feed: fixture.feed, acknowledged: 3, shown: 1, isSigned: true)
      ])
    #expect(session.lacking(local(3)) == [fixture.feed: 2])
    #expect(session.acknowledged.feeds == [fixture.feed: 1])
    #expect(session.memory.receipts.position(of: fixture.feed)?.count == 3)
  }

  @Test func `a node that said same and shows less is found too`() {
    var before = session()
    let request = before.start(local(3))
    _ = before.receive(answer(.same), asking: request, local: local(3), chainAt: chain)
    var session = session(before.memory)
    _ = show(shown(1), &session, local: local(3))
    #expect(
      session.findings == [
        .rolledBack(feed: fixture.feed, acknowledged: 3, shown: 1, isSigned: false)
      ])
  }

  @Test func `a node with an empty disk is found and refilled`() {
    var memory = NodeMemory()
    memory.note([fixture.feed: 2])
    var session = session(memory)
    var news = shown(0)
    news.shown.scopes = [:]
    _ = show(news, &session, local: local(2))
    #expect(session.findings.count == 1)
    #expect(session.lacking(local(2)) == [fixture.feed: 1])
  }

  @Test func `another chain at a known count is a contradiction`() {
    var session = session()
    var parts = StateParts()
    parts.add(
      fixture.scope, of: [fixture.feed: FeedPosition(count: 2, chain: .zero)])
    _ = show(SyncNews(shown: parts), &session, local: local(3))
    #expect(session.findings == [.contradiction(feed: fixture.feed, at: 2)])
  }

  @Test func `a node that names more than it gives is withholding`() {
    var session = session()
    _ = show(shown(4), &session, local: local(2))
    #expect(session.findings == [.withheld(feed: fixture.feed, named: 4, given: 2)])
  }

  @Test(arguments: [4, 0, nil] as [Int?])
  func `an older head than before is found, and none at all too`(sequence: Int?) {
    var memory = NodeMemory()
    memory.note(head: 5, of: fixture.device.did)
    var session = session(memory)
    var parts = StateParts()
    if let sequence {
      parts.heads = [:]
      if sequence > 0 {
        parts.heads?[fixture.device.did] = .init(sequence: sequence, name: HashPrefix(.zero))
      }
    }
    _ = session.receive(
      answer(.news(SyncNews(shown: parts))),
      asking: SyncRequest(digest: .zero, known: StateParts(heads: [:])), local: local(0),
      chainAt: chain)
    #expect(
      session.findings == [
        .olderHead(device: fixture.device.did, acknowledged: 5, shown: sequence ?? 0)
      ])
  }

  @Test func `a node that promises more and sends nothing is not asked for ever`() {
    var session = session()
    var news = shown(4)
    news.more = true
    #expect(isFetched(show(news, &session, local: local(2))))
    #expect(!session.findings.isEmpty)
  }

  @Test func `an outline in the place of entries is no answer`() {
    let local = local(2)
    var session = session()
    let outline = StateOutline(StateSummary(feeds: vector(4), policy: [CID](), heads: [:]))
    let step = session.receive(
      answer(.differs(outline)), asking: SyncRequest(digest: .zero, known: StateParts()),
      local: local, chainAt: chain)
    #expect(isFetched(step))
    #expect(!session.findings.isEmpty)
  }

  @Test func `what a node is remembered for survives being stored`() throws {
    var memory = NodeMemory()
    memory.note([fixture.feed: 7])
    memory.note(head: 9, of: fixture.device.did)
    #expect(try NodeMemory(decoding: memory.bytes) == memory)
  }
}
