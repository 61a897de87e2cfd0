import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

/// What a node does with checkpoints, which it cannot read.
@Suite struct CheckpointKeepingTests {
  private final class World {
    let node: TestNode
    var vault: TestVault
    var position: VaultSync.FeedPosition

    init() throws {
      node = try TestNode()
      vault = try TestVault(seed: 1)
      try node.enroll(&vault)
      position = vault.first.start(in: vault.scope).position
    }

    func write() throws {
      let (run, end) = try vault.first.write([[1]], in: vault.scope, after: position)
      #expect(try node.push(PushRequest(runs: [run]), of: &vault).status == 200)
      position = end
    }

    func checkpoint(
      _ pieces: [[UInt8]], feeds: [DID: VaultSync.FeedPosition]? = nil, by device: TestDevice? = nil
    ) throws -> Checkpoint {
      try Checkpoint(
        Checkpoint.Facts(
          vault: vault.did, scope: vault.scope, epoch: 0,
          feeds: feeds ?? [vault.first.did: position],
          pieces: pieces.map { .init(name: ShardName(of: $0), sizeBytes: $0.count) },
          stateBytes: 100, historyBytes: 1_000, time: node.clock.now()),
        by: (device ?? vault.first).keys.signing)
    }

    func push(_ checkpoint: Checkpoint) throws -> NodeResponse {
      try node.push(PushRequest(checkpoints: [checkpoint.bytes]), of: &vault)
    }

    func putPiece(_ bytes: [UInt8]) throws {
      let name = ShardName(of: bytes)
      let answer = node.service.answer(
        try node.request(
          .pushBlob(shard: name.root), .put, Endpoint.piece(name), body: bytes, of: &vault))
      #expect(answer.status == 200, "\(answer.text)")
    }

    func offered() throws -> [[UInt8]] {
      try node.news(StateParts(scopes: [vault.scope: [:]]), most: 0, of: &vault).checkpoints
    }

    func has(_ bytes: [UInt8]) throws -> Bool {
      try node.get(ShardName(of: bytes), of: &vault).status == 200
    }
  }

  @Test func `the newest are handed to those who have nothing of the scope`() throws {
    let world = try World()
    try world.write()
    try world.putPiece([1, 1])
    let checkpoint = try world.checkpoint([[1, 1]])
    #expect(try world.push(checkpoint).status == 200)
    #expect(try world.push(checkpoint).status == 200)
    #expect(try world.offered() == [checkpoint.bytes])
    var known = StateParts()
    let feed = world.vault.first.start(in: world.vault.scope).feed
    known.add(world.vault.scope, of: [feed: world.position])
    #expect(try world.node.news(known, of: &world.vault).checkpoints.isEmpty)
    try world.node.restart()
    #expect(try world.offered() == [checkpoint.bytes])
    try world.node.checkAccounts()
  }

  @Test func `what is not of exactly this node's feeds, or not here, is refused`() throws {
    let world = try World()
    try world.write()
    let missing = try world.checkpoint([[1, 1]])
    #expect(try world.push(missing).refusal?.code == .gap)
    try world.putPiece([1, 1])
    let device = world.vault.first.did
    let wrong: [[DID: VaultSync.FeedPosition]] = [
      [device: .init(count: 2, chain: world.position.chain)],
      [device: .init(count: 1, chain: .zero)],
      [device: world.position, world.node.did: world.position],
    ]
    for feeds in wrong {
      #expect(try world.push(world.checkpoint([[1, 1]], feeds: feeds)).refusal?.code == .gap)
    }
    let stranger = world.vault.makeDevice()
    let foreign = try world.checkpoint([[1, 1]], by: stranger)
    #expect(try world.push(foreign).refusal?.code == .refused)
    var bytes = try world.checkpoint([[1, 1]]).bytes
    bytes[bytes.count - 1] ^= 1
    let push = PushRequest(checkpoints: [bytes])
    #expect([400, 422].contains(try world.node.push(push, of: &world.vault).status))
    #expect(try world.offered().isEmpty)
    try world.node.checkAccounts()
  }

  @Test func `two are kept, older pieces go after a day, and shards of packs never`() throws {
    let world = try World()
    // A pack's shard that a checkpoint names too: both ways round.
    let shards: [[UInt8]] = [[9, 9], [8, 8]]
    _ = try world.node.put(shards[0], of: &world.vault)
    try world.putPiece(shards[0])
    try world.putPiece(shards[1])
    _ = try world.node.put(shards[1], of: &world.vault)
    for number in 1...4 {
      try world.write()
      try world.putPiece([UInt8(number), 7])
      let checkpoint = try world.checkpoint([[UInt8(number), 7]] + shards)
      #expect(try world.push(checkpoint).status == 200)
      #expect(try world.offered().count == min(number, 2))
      #expect(try world.offered().first == checkpoint.bytes)
      try world.node.checkAccounts()
    }
    // Nobody who is reading one is left alone at once.
    for number in 1...4 { #expect(try world.has([UInt8(number), 7])) }
    world.node.clock.advance(by: .seconds(100_000))
    try world.write()
    try world.putPiece([5, 7])
    #expect(try world.push(world.checkpoint([[5, 7]])).status == 200)
    for number in 1...5 { #expect(try world.has([UInt8(number), 7]) == (number >= 4)) }
    for shard in shards { #expect(try world.has(shard)) }
    try world.node.checkAccounts()
    try world.node.restart()
    #expect(try world.offered().count == 2)
    try world.node.checkAccounts()
  }
}
