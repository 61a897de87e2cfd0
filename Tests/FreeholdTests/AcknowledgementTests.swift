import Freehold
import FreeholdTestKit
import StorageNode
import Testing
import VaultEncoding
import VaultSync

/// Stored is what a node has signed for, and nothing else.
struct AcknowledgementTests {
  /// A node that says that it has everything, and signs nothing of its own accord.
  private static let saysSame: RecordingWire.Answer = { request, node in
    var answer = node.answer(request)
    guard request.path == Endpoint.sync,
      var response = try? SyncResponse(decoding: answer.body)
    else { return answer }
    response.content = .same
    response.receipt = nil
    answer.body = response.bytes
    return answer
  }

  @Test func `a node that falsely says same never turns the status green`() async throws {
    let world = try await SyncWorld(devices: 1, nodes: 2)
    let (honest, liar) = (world.nodes[0], world.nodes[1])
    world.wire.setDown(true, liar)
    try await world.makeFolder("only at one node", on: 0)
    try await world.join()
    world.wire.setDown(false, liar)
    world.wire.answer(for: liar, Self.saysSame)
    // The second device has everything from the honest node, and the word of the liar.
    for _ in 0..<3 { #expect(try await world.sync(1).redundancy.isMet == false) }
    world.wire.setDown(true, honest)
    #expect(try await world.sync(1).redundancy.isMet == false)
    world.wire.setDown(false, honest)
    world.wire.answer(for: liar, nil)
    try await world.comeTogether()
    #expect(try await world.sync(0).redundancy.isMet)
    #expect(try await world.sync(1).redundancy.isMet)
  }

  @Test func `a node that shows less than it signed for is named, and does not count`() async throws
  {
    let world = try await SyncWorld(devices: 2, nodes: 2)
    try await world.makeFolder("one", on: 0)
    try await world.comeTogether()
    let before = world.shown(by: 1)
    try await world.makeFolder("two", on: 0)
    try await world.comeTogether()
    #expect(try await world.sync(1).redundancy.isMet)
    world.wire.answer(for: world.nodes[1]) { request, node in
      var answer = node.answer(request)
      guard request.path == Endpoint.sync, let asked = try? SyncRequest(decoding: request.body),
        var response = try? SyncResponse(decoding: answer.body)
      else { return answer }
      response.receipt = nil
      var outline = StateOutline(StateSummary(feeds: [:], policy: [CID](), heads: [:]))
      outline.scopes = before.scopes.mapValues { _ in HashPrefix(.zero) }
      response.content =
        asked.known == nil ? .differs(outline) : .news(SyncNews(shown: before))
      answer.body = response.bytes
      return answer
    }
    let report = try await world.sync(1)
    let found = report.problems.filter { $0.code == .tampered }
    #expect(Set(found.map(\.node)) == [world.nodes[1].did])
    #expect(found.contains { $0.message.contains("signed for more") }, "\(found)")
    world.wire.answer(for: world.nodes[1], nil)
    try await world.comeTogether()
    #expect(try await world.sync(1).redundancy.isMet)
  }

  @Test func `a device that only fetched asks for a signature once`() async throws {
    let world = try await SyncWorld(devices: 2)
    try await world.comeTogether()
    try await world.write("a.txt", "one", on: 0)
    try await world.sync(0)
    #expect(try await world.sync(1).redundancy.isMet)
    try await world.comeTogether()
    world.wire.forget()
    #expect(try await world.sync(1).redundancy.isMet)
    let only = try #require(world.wire.exchanges.first)
    #expect(world.wire.exchanges.count == 1)
    #expect(try SyncRequest(decoding: only.sent).wantsReceipt == false)
  }
}
