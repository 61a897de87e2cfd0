import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

@testable import Freehold

struct ContentIntakeTests {
  /// A small world: packs that were stored, and the chunks that are known by them.
  final class World {
    var packs: [Bytes32: [UInt8]] = [:]
    var known: [ChunkToken: KnownChunk] = [:]
  }

  let epoch: EpochKey
  let tokenKey = SecretBytes([UInt8](repeating: 5, count: 32))

  init() throws {
    epoch = try EpochKey(
      scope: try #require(ScopeID([UInt8](repeating: 1, count: 16))), number: 2,
      secret: SecretBytes([UInt8](repeating: 9, count: 32)))
  }

  /// Takes contents in as one push and gives the manifests in the order of the contents.
  private func takeIn(_ contents: [[[UInt8]]], _ world: World) throws -> [Manifest] {
    let intake = ContentIntake(
      epoch: epoch.number, seed: SecretBytes([UInt8](repeating: 3, count: 32)))
    func store() {
      for packed in intake.takePacked() {
        world.packs[packed.pack.identifier] = packed.pack.bytes
        for item in packed.placed { world.known[item.token] = item.chunk }
        intake.settle(packed)
      }
    }
    let known = world.known
    let sealer = ChunkSealer(epoch: epoch, tokenKey: tokenKey) { $0.map { known[$0] } }
    var numbers: [Int] = []
    for chunks in contents {
      let file = intake.begin()
      numbers.append(file)
      for chunk in chunks { intake.add(chunk, to: file) }
      intake.end(file)
      while let (batch, seed) = intake.takeBatch(isLast: false) {
        try intake.accept(try sealer.seal(batch, seed: seed))
        store()
      }
    }
    while let (batch, seed) = intake.takeBatch(isLast: true) {
      try intake.accept(try sealer.seal(batch, seed: seed))
    }
    try intake.close()
    let early = intake.takeFinished()
    #expect(early.allSatisfy { $0.manifest.packs.isSubset(of: world.packs.keys) })
    store()
    let finished = Dictionary(
      uniqueKeysWithValues: (early + intake.takeFinished()).map { ($0.file, $0.manifest) })
    return try numbers.map { try #require(finished[$0]) }
  }

  /// Opens a manifest from the stored packs.
  private func open(_ manifest: Manifest, _ world: World) throws -> [UInt8] {
    guard case .extents(let extents) = manifest.body else { return [] }
    var plain: [UInt8] = []
    for case .data(let chunk) in extents {
      let pack = try #require(world.packs[chunk.location.pack])
      let key = ChunkSeal.key(forPlaintextHash: chunk.hash, epoch)
      let payload = try ChunkSeal.open(Array(pack[chunk.location.range]), key: key)
      let method = try #require(CompressionMethod(rawValue: chunk.method))
      let bytes = try Decompressor().decompress(
        payload, method: method, plainBytes: chunk.plainBytes)
      try ChunkSeal.check(bytes, hash: chunk.hash)
      plain += bytes
    }
    return plain
  }

  private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = KeyedGenerator(seed: SecretBytes([UInt8](repeating: UInt8(seed), count: 32)))
    return generator.nextBytes(count)
  }

  @Test func `contents come back from the packs`() throws {
    let world = World()
    let contents = [
      [bytes(300_000, seed: 1), bytes(10, seed: 2)], [Array("text ".utf8)], [bytes(999, seed: 3)],
    ]
    let manifests = try takeIn(contents, world)
    for (manifest, chunks) in zip(manifests, contents) {
      #expect(try open(manifest, world) == chunks.flatMap { $0 })
    }
  }

  @Test func `equal chunks are stored once, in one push and in the next`() throws {
    let world = World()
    let chunk = bytes(100_000, seed: 4)
    let first = try takeIn([[chunk], [chunk], [chunk, bytes(5, seed: 5)]], world)
    #expect(world.known.count == 2)
    #expect(first[0].contentTag == first[1].contentTag)
    let packs = world.packs.count
    let second = try takeIn([[chunk]], world)
    #expect(world.packs.count == packs)
    #expect(second[0] == first[0])
  }

  @Test func `no manifest is handed out before its packs are stored`() throws {
    let world = World()
    let contents = (0..<8).map { [bytes(3_000_000, seed: UInt64($0 + 10))] }
    let manifests = try takeIn(contents, world)
    #expect(world.packs.count >= 2)
    for manifest in manifests {
      #expect(manifest.packs.isSubset(of: Set(world.packs.keys)))
    }
  }

  @Test func `seeds unfold into the same numbers, and others into others`() {
    #expect(bytes(5000, seed: 1) == bytes(5000, seed: 1))
    #expect(bytes(32, seed: 1) != bytes(32, seed: 2))
  }
}
