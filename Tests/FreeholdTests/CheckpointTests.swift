import FreeholdTestKit
import StorageNode
import Synchronization
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultSealing
import VaultSync

@testable import Freehold

/// A newcomer reads the newest checkpoint and what comes behind it; the history comes later, and is
/// compared with it (docs/spec/sync.md section 9).
struct CheckpointTests {
  /// A vault whose history is long and whose state is small.
  private func longWorld(moves: Int = 9_000) async throws -> SyncWorld {
    let world = try await SyncWorld(devices: 1)
    try await lengthen(world, moves: moves)
    return world
  }

  private func lengthen(_ world: SyncWorld, moves: Int = 9_000) async throws {
    let device = world.devices[0]
    try await device.makeFolders(["here", "there", "elsewhere"])
    try await device.makeFolder(VaultPath([Array("here".utf8), Array("thing".utf8)]))
    try await device.moveAround("thing", between: ["here", "there"], times: moves, batch: 30)
  }

  private static func isPiece(_ exchange: RecordingWire.Exchange) -> Bool {
    exchange.path.hasPrefix(Endpoint.piecePrefix)
  }

  @Test func `a checkpoint is published when it pays, and once`() async throws {
    let small = try await SyncWorld(devices: 1)
    try await small.devices[0].makeFolders((0..<50).map { "folder \($0)" })
    try await small.sync(0)
    #expect(!small.wire.exchanges.contains(where: Self.isPiece))
    let world = try await longWorld()
    try await world.sync(0)
    #expect(world.wire.exchanges.contains(where: Self.isPiece))
    world.wire.forget()
    try await world.devices[0].makeFolders(["one more"])
    try await world.sync(0)
    #expect(!world.wire.exchanges.contains(where: Self.isPiece))
    // Another device finds that it is there.
    try await world.join()
    try await world.comeTogether()
    try await world.devices[1].makeFolders(["and one more"])
    world.wire.forget()
    try await world.sync(1)
    #expect(!world.wire.exchanges.contains(where: Self.isPiece))
  }

  @Test func `a newcomer fetches the checkpoint and the tail, and the history later`() async throws
  {
    let world = try await longWorld()
    try await world.sync(0)
    let pushes = world.wire.exchanges.filter { $0.path == Endpoint.push }
    let history = pushes.reduce(0) { $0 + $1.bytes }
    try await world.devices[0].makeFolders(["the tail"])
    try await world.join()
    world.wire.forget()
    let report = try await world.sync(1)
    #expect(world.wire.bytes * 3 < history, "\(world.wire.bytes) of \(history)")
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
    let left = try #require(try await world.devices[1].historyProgress())
    #expect(left.here == 0 && left.total > 250)
    #expect(report.problems.contains { $0.message.contains("history is still coming") })
    // The device works as any other, and starts again as any other.
    try await world.devices[1].makeFolders(["mine"])
    try await world.reopen(1)
    try await world.sync(1)
    #expect(try await world.devices[1].historyProgress() == nil)
    try await world.comeTogether()
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
    #expect(try await world.sync(1).problems.isEmpty)
    #expect(try await world.sync(1).redundancy.isMet)
  }

  @Test func `the history comes in bounded parts and goes on where it was`() async throws {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.join()
    try await world.sync(1)
    let device = world.devices[1]
    let clients = try await device.someClients()
    let total = try #require(try await device.historyProgress()).total
    var rounds = 0
    var before: UInt64 = 0
    while let progress = try await device.historyProgress() {
      #expect(progress.total == total)
      rounds += 1
      try #require(rounds < 100)
      _ = await device.fillHistory(from: clients, bytesMax: 1, answerBytesMax: 20_000)
      let here = try await device.historyProgress()?.here ?? total
      #expect(here > before)
      before = here
    }
    #expect(rounds > 3)
    #expect(try await device.log(.root).count == world.devices[0].log(.root).count)
  }

  @Test func `what looks into the past fetches the history first, or says that it is coming`()
    async throws
  {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.join()
    try await world.sync(1)
    world.wire.setDown(true, world.nodes[0])
    let refused = await #expect(throws: FreeholdError.self) {
      try await world.devices[1].log(.root)
    }
    #expect(refused?.code == .offline)
    #expect(refused?.message.contains("history is still coming") == true)
    world.wire.setDown(false, world.nodes[0])
    let versions = try await world.devices[1].log(.root)
    #expect(versions == (try await world.devices[0].log(.root)))
    #expect(try await world.devices[1].historyProgress() == nil)
  }

  @Test func `a device without the history does not claim to have it`() async throws {
    let world = try await SyncWorld(devices: 1, nodes: 2)
    try await world.join()
    world.wire.setDown(true, world.nodes[1])
    try await lengthen(world)
    try await world.sync(0)
    try await world.sync(1)
    #expect(try await world.devices[1].historyProgress() != nil)
    // Now only the second device and the node that has nothing are there.
    world.wire.setDown(true, world.nodes[0])
    world.wire.setDown(false, world.nodes[1])
    world.wire.forget()
    _ = try await world.sync(1)
    #expect(try await world.sync(1).redundancy.isMet == false)
    let pushed = world.wire.exchanges.filter {
      $0.node == world.nodes[1].did && $0.path == Endpoint.push
    }
    #expect(world.wire.exchanges.contains { $0.node == world.nodes[1].did && $0.status == 200 })
    for exchange in pushed {
      let push = try PushRequest(decoding: exchange.sent)
      #expect(push.runs.allSatisfy { $0.feed.device == world.devices[1].device })
    }
    world.wire.setDown(false, world.nodes[0])
    try await world.comeTogether()
    #expect(try await world.sync(1).redundancy.isMet)
    #expect(try await world.sync(0).redundancy.isMet)
  }

  @Test func `two devices at one vector make the same bytes`() async throws {
    let world = try await longWorld(moves: 90)
    try await world.join()
    for round in 0..<3 {
      for number in 0...1 { try await world.makeFolder("\(round) \(number)", on: number) }
      try await world.comeTogether()
    }
    let states = await (world.devices[0].encodedTree(), world.devices[1].encodedTree())
    #expect(states.0 == states.1)
  }

  // MARK: Lies

  @Test func `a node that swaps pieces is named, and the history is read instead`() async throws {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.join()
    world.wire.answer(for: world.nodes[0]) { request, node in
      var answer = node.answer(request)
      if request.method == .get, request.path.hasPrefix(Endpoint.shardPrefix) {
        answer.body[answer.body.count / 2] ^= 1
      }
      return answer
    }
    let report = try await world.sync(1)
    #expect(
      report.problems.filter { $0.code == .tampered }.map(\.node) == [world.nodes[0].did])
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
    #expect(try await world.devices[1].historyProgress() == nil)
  }

  @Test func `a node that withholds checkpoints costs the replay and nothing else`() async throws {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.join()
    world.wire.answer(for: world.nodes[0]) { request, node in
      var answer = node.answer(request)
      guard request.path == Endpoint.sync,
        var response = try? SyncResponse(decoding: answer.body), var news = response.news
      else { return answer }
      news.checkpoints = []
      response.content = .news(news)
      answer.body = response.bytes
      return answer
    }
    let report = try await world.sync(1)
    #expect(report.problems.allSatisfy { $0.severity != .danger })
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
  }

  @Test func `a checkpoint that does not open is refused, and its device named`() async throws {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.devices[0].makeFolders(["later"])
    try await world.sync(0)
    try await world.devices[0].publishNonsense()
    try await world.join()
    let report = try await world.sync(1)
    let named = report.problems.filter { $0.code == .tampered }
    #expect(named.count == 1 && named.first?.node == nil)
    #expect(named.first?.message.contains("checkpoint") == true)
    // The older one is taken, or the history read.
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
  }

  @Test func `a checkpoint of another state is found when the history is here`() async throws {
    let world = try await longWorld()
    try await world.sync(0)
    try await world.devices[0].makeFolders(["later"])
    try await world.sync(0)
    try await world.devices[0].publishLie { state in
      state.replacing(Array("elsewhere".utf8), with: Array("nowhere!!".utf8))
    }
    try await world.join()
    try await world.sync(1)
    let lied = try await world.devices[1].list(.root).map(\.path)
    #expect(lied.contains([Array("nowhere!!".utf8)]))
    let report = try await world.sync(1)
    let named = report.problems.filter { $0.code == .tampered }
    #expect(named.first?.message.contains("checkpoint") == true)
    try await world.sync(0)
    #expect(await world.treeDigests().count == 1)
    try await world.comeTogether()
    #expect(try await world.sync(1).problems.isEmpty)
  }
}

extension Vault {
  /// Clients of all nodes.
  func someClients() throws -> [NodeClient] {
    try nodeBook.sorted { $0.key < $1.key }.map {
      try client(for: $0.key, $0.value, meter: TrafficMeter())
    }
  }

  /// The state as a checkpoint has it.
  func encodedTree() -> [UInt8] { tree.encodeCheckpoint() }

  /// Publishes pieces that open to nothing.
  func publishNonsense() async throws {
    try await publish(frames: [[1, 2, 3]], stateBytes: 10)
  }

  /// Publishes another state than the true one.
  func publishLie(_ change: ([UInt8]) -> [UInt8]) async throws {
    let state = change(tree.encodeCheckpoint())
    try await publish(frames: try CheckpointPieces.frames(of: state), stateBytes: state.count)
  }

  private func publish(frames: [[UInt8]], stateBytes: Int) async throws {
    guard let key = keyring.writingKey(scope) else { return }
    let pieces = try CheckpointPieces.seal(
      frames, key: key, vault: did, author: device, using: &generator)
    let feeds = try localState().feeds.feeds(of: scope)
    let checkpoint = try Checkpoint(
      Checkpoint.Facts(
        vault: did, scope: scope, epoch: key.number,
        feeds: Dictionary(uniqueKeysWithValues: feeds.map { ($0.key.device, $0.value) }),
        pieces: pieces.map { .init(name: ShardName(of: $0), sizeBytes: $0.count) },
        stateBytes: stateBytes, historyBytes: 1 << 40, time: environment.clock.now()),
      by: keys.signing)
    for client in try someClients() {
      for (piece, bytes) in zip(checkpoint.facts.pieces, pieces) {
        _ = try await client.put(piece.name, bytes, isPiece: true)
      }
      _ = try await client.push(PushRequest(checkpoints: [checkpoint.bytes]))
    }
  }
}

extension [UInt8] {
  /// The bytes with one part in the place of an equally long one.
  func replacing(_ part: [UInt8], with other: [UInt8]) -> [UInt8] {
    precondition(part.count == other.count, "lengths would no longer agree")
    guard let at = indices.first(where: { self[$0...].starts(with: part) }) else { return self }
    var result = self
    result.replaceSubrange(at..<(at + part.count), with: other)
    return result
  }
}
