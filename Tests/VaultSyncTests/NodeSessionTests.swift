import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

struct NodeSessionTests {
  let fixture: SyncFixture
  let entries: [FeedEntry]
  let now = Timestamp(milliseconds: 1_800_000_000_000)

  init() throws {
    fixture = try SyncFixture()
    entries = fixture.entries(4, signed: [1, 2, 3, 4])
  }

  private func local(_ count: Int) -> LocalState {
    LocalState(
      feeds: [fixture.feed: fixture.position(after: entries.prefix(count))], policy: [],
      heads: [:])
  }

  private func answer(_ count: Int) -> SyncResponse {
    var response = SyncResponse(same: false, time: now, quotaBytes: 0, usedBytes: 0)
    if count > 0 {
      response.feeds = [fixture.feed: fixture.position(after: entries.prefix(count))]
    }
    return response
  }

  private func receive(
    _ response: SyncResponse, _ session: inout NodeSession, local: LocalState,
    knowing: Bool = true
  ) -> NodeSession.Step {
    let request = SyncRequest(digest: local.digest, known: knowing ? local.known : nil)
    return session.receive(response, asking: request, local: local) { _, count in
      fixture.position(after: entries.prefix(count)).chain
    }
  }

  @Test func `nothing new is one question`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    let local = local(3)
    #expect(session.start(local, expectsNews: false).known == nil)
    let same = SyncResponse(same: true, time: now, quotaBytes: 0, usedBytes: 0)
    guard case .fetched = receive(same, &session, local: local, knowing: false) else {
      Issue.record("asks again")
      return
    }
    #expect(session.lacking(local).isEmpty)
    #expect(session.memory.feeds == local.feeds)
  }

  @Test func `another digest is asked about with vectors`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    let local = local(3)
    _ = session.start(local, expectsNews: false)
    guard case .ask(let next) = receive(answer(1), &session, local: local, knowing: false) else {
      Issue.record("does not ask again")
      return
    }
    #expect(next.known != nil)
  }

  @Test func `a node that is behind is brought the rest and not accused`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    _ = receive(answer(1), &session, local: local(3))
    #expect(session.lacking(local(3)) == [fixture.feed: 2])
    #expect(session.findings.isEmpty)
  }

  @Test func `a node that shows less than it had is found to have rolled back`() {
    var memory = NodeMemory()
    memory.note([fixture.feed: fixture.position(after: entries.prefix(3))])
    var session = NodeSession(node: fixture.vault, memory: memory)
    _ = receive(answer(1), &session, local: local(3))
    #expect(
      session.findings == [.rolledBack(feed: fixture.feed, acknowledged: 3, shown: 1)])
    #expect(session.lacking(local(3)) == [fixture.feed: 2])
    #expect(session.memory.feeds[fixture.feed]?.count == 3)
  }

  @Test func `a node with an empty disk is found and refilled`() {
    var memory = NodeMemory()
    memory.note([fixture.feed: fixture.position(after: entries.prefix(2))])
    var session = NodeSession(node: fixture.vault, memory: memory)
    _ = receive(answer(0), &session, local: local(2))
    #expect(session.findings.count == 1)
    #expect(session.lacking(local(2)) == [fixture.feed: 1])
  }

  @Test func `another chain at a known count is a contradiction`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    var response = answer(2)
    response.feeds[fixture.feed] = FeedPosition(count: 2, chain: .zero)
    _ = receive(response, &session, local: local(3))
    #expect(session.findings == [.contradiction(feed: fixture.feed, at: 2)])
  }

  @Test func `a node that names more than it gives is withholding`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    _ = receive(answer(4), &session, local: local(2))
    #expect(session.findings == [.withheld(feed: fixture.feed, named: 4, given: 2)])
  }

  @Test func `an older head than before is found`() {
    var memory = NodeMemory()
    memory.note(head: 5, of: fixture.device.did)
    var session = NodeSession(node: fixture.vault, memory: memory)
    session.noteShown(head: 4, of: fixture.device.did)
    #expect(
      session.findings == [
        .olderHead(device: fixture.device.did, acknowledged: 5, shown: 4)
      ])
  }

  @Test func `a node that promises more and sends nothing is not asked for ever`() {
    var session = NodeSession(node: fixture.vault, memory: NodeMemory())
    var response = answer(4)
    response.more = true
    guard case .fetched = receive(response, &session, local: local(2)) else {
      Issue.record("asks on")
      return
    }
    #expect(!session.findings.isEmpty)
  }

  @Test func `what a node is remembered for survives being stored`() throws {
    var memory = NodeMemory()
    memory.note([fixture.feed: fixture.position(after: entries)])
    memory.note(head: 9, of: fixture.device.did)
    #expect(try NodeMemory(decoding: memory.bytes) == memory)
  }
}
