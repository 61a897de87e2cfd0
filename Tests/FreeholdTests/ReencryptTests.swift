import FreeholdTestKit
import StorageNode
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSealing

@testable import Freehold

/// Sealing anew what was there before a revocation.
@Suite struct ReencryptTests {
  private static func text(_ count: Int, _ generator: inout SeededGenerator) -> String {
    String(decoding: generator.bytes(count).map { $0 % 90 + 32 }, as: UTF8.self)
  }

  /// A folder that bob had: an empty, a small, a packed and a long file, and one in a folder.
  private func revoked(
    quotaBytes: Int64 = 1 << 32, before: (SharingWorld) async throws -> Void = { _ in }
  ) async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2, quotaBytes: quotaBytes)
    var generator = SeededGenerator(seed: 3)
    func text(_ count: Int) -> String { Self.text(count, &generator) }
    try world.folder.write("films/empty", "")
    try world.folder.write("films/small", "small")
    try world.folder.write("films/packed", text(9_000))
    try world.folder.write("films/inner/long", text(5 << 20))
    try world.folder.write("private/packed", text(7_000))
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("films", with: "bob", .read)
    try await world.sync("bob", "films")
    try await world.own.comeTogether()
    try await before(world)
    try await world.revoke("bob", "films")
    try await world.own.comeTogether()
    return world
  }

  private func epochs(_ vault: Vault, _ names: [String]) async throws -> Set<ChunkReference.Key> {
    var keys: Set<ChunkReference.Key> = []
    for name in names { keys.formUnion(try await vault.chunkKeys(of: name)) }
    return keys
  }

  @Test func `everything lies under the newest key, and no device writes anything`() async throws {
    let world = try await revoked()
    let before = try world.own.devices.map { try $0.folder.snapshot() }
    let owner = try world.owner
    let films = try VaultPath("films".utf8)
    let plan = try await owner.planReencryption(at: films)
    #expect(plan.fileCount == 2 && plan.conflictCount == 0)
    #expect(plan.bytes == 9_000 + 5 << 20)
    let outcome = try await owner.reencrypt(at: films)
    #expect(outcome.left.isDone && outcome.left.waitingBytes == 0 && outcome.problems.isEmpty)
    let part = try await owner.scoped("films")
    let newest = try #require(await part.writingEpoch)
    #expect(newest > 0)
    #expect(try await epochs(part, ["packed", "inner/long"]) == [.epoch(newest)])
    for number in 0..<2 {
      for device in world.own.devices.indices {
        let report = try await world.own.sync(device)
        #expect(report.outgoing.total == 0 && report.incoming.total == 0, "\(number) \(report)")
        #expect(report.conflictCount == 0)
      }
    }
    for (number, device) in world.own.devices.enumerated() {
      #expect(try device.folder.snapshot() == before[number])
      let vault = try device.open
      #expect(try await vault.content(try VaultPath("films/packed".utf8)).count == 9_000)
      #expect(try await vault.planReencryption(at: films).isDone)
    }
    // The other folder was nobody else's.
    #expect(try await owner.planReencryption(at: .root).isDone)
  }

  @Test func `without the folder the nodes give the pieces`() async throws {
    let world = try await revoked()
    for file in ["films/packed", "films/inner/long"] { try world.folder.write(file, "changed") }
    let owner = try world.owner
    let films = try VaultPath("films".utf8)
    #expect(try await owner.reencrypt(at: films).left.isDone)
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("films/packed") == "changed")
    }
  }

  @Test func `without a node it is put off`() async throws {
    let world = try await revoked()
    let films = try VaultPath("films".utf8)
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    let owner = try world.owner
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await owner.reencrypt(at: films)
    }
    #expect(error?.code == .offline)
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    #expect(try await owner.reencrypt(at: films).left.isDone)
    #expect(try await owner.planReencryption(at: films).isDone)
  }

  @Test func `what waits for the nodes is brought, although nothing is to be sealed`()
    async throws
  {
    let world = try await revoked()
    let films = try VaultPath("films".utf8)
    let owner = try world.owner
    #expect(try await owner.reencrypt(at: films).left.isDone)
    for node in world.own.nodes { world.own.network.setCut(true, node.did) }
    try await owner.write(try VaultPath("films/new".utf8), bytes: [UInt8](repeating: 7, count: 999))
    for node in world.own.nodes { world.own.network.setCut(false, node.did) }
    let plan = try await owner.planReencryption(at: films)
    #expect(plan.isDone && plan.waitingBytes > 0)
    #expect(try await owner.reencrypt(at: films).left.waitingBytes == 0)
  }

  @Test func `a node that cannot be reached is named, and what it lacks is counted`() async throws {
    let world = try await revoked()
    let films = try VaultPath("films".utf8)
    let (owner, away) = (try world.owner, world.own.nodes[1].did)
    world.own.network.setCut(true, away)
    let outcome = try await owner.reencrypt(at: films)
    #expect(outcome.left.isDone && outcome.left.waitingBytes > 0)
    #expect(outcome.problems.map(\.node) == [away])
    world.own.network.setCut(false, away)
    let again = try await owner.reencrypt(at: films)
    #expect(again.left.waitingBytes == 0 && again.problems.isEmpty)
  }

  @Test func `a full node ends it, and the tree names only what is at the nodes`() async throws {
    let world = try await revoked(quotaBytes: 7 << 20)
    let films = try VaultPath("films".utf8)
    let outcome = try await world.owner.reencrypt(at: films)
    #expect(outcome.problems.map(\.code).contains(.noSpace))
    #expect(outcome.left.fileCount == 2)
    try await world.own.sync(1)
    let other = try world.own.devices[1].open
    let long = try await other.content(try VaultPath("films/inner/long".utf8))
    #expect(long.count == 5 << 20)
  }

  @Test func `a file that is nowhere is named, and the others are sealed all the same`()
    async throws
  {
    let world = try await revoked()
    let (owner, films) = (try world.owner, try VaultPath("films".utf8))
    // The folder has something else, and the nodes give no shard.
    try world.folder.write("films/packed", "changed")
    for node in world.own.nodes {
      world.own.network.setLie(
        { request, honest in
          var answer = honest
          if request.method == .get { (answer.status, answer.body) = (404, []) }
          return answer
        }, of: node.did)
    }
    let outcome = try await owner.reencrypt(at: films)
    #expect(outcome.left.fileCount == 1 && outcome.left.bytes == 9_000)
    #expect(outcome.problems.map(\.code) == [.offline])
    #expect(outcome.problems.allSatisfy { $0.message.hasPrefix("packed: ") })
    for node in world.own.nodes { world.own.network.setLie(nil, of: node.did) }
    let again = try await owner.reencrypt(at: films)
    #expect(again.left.isDone && again.problems.isEmpty)
  }

  @Test func `what is stopped while files are sealed says so, and goes on`() async throws {
    let world = try await revoked()
    let films = try VaultPath("films".utf8)
    let owner = try world.owner
    let stopping = SyncProgress { state in
      if state.phase == .reading { withUnsafeCurrentTask { $0?.cancel() } }
    }
    await #expect(throws: CancellationError.self) {
      try await Task { _ = try await owner.reencrypt(at: films, progress: stopping) }.value
    }
    #expect(try await owner.planReencryption(at: films).fileCount == 2)
    #expect(try await owner.reencrypt(at: films).left.isDone)
  }

  @Test func `a disk that is full is said, and is no file that cannot be read`() async throws {
    let world = try await SharingWorld()
    var generator = SeededGenerator(seed: 4)
    // More than one pack, so that one is stored while the file is still read.
    try world.folder.write("films/packs", Self.text(24 << 20, &generator))
    try await world.own.sync(0)
    try await world.meet("bob")
    try await world.share("films", with: "bob", .read)
    try await world.revoke("bob", "films")
    try await world.own.sync(0)
    let medium = world.own.devices[0].medium
    let filling = SyncProgress { state in
      guard state.phase == .reading, state.files.done == 0 else { return }
      medium.faults = SimulatedFaults(failures: [.init(of: [.write], at: 1, with: .noSpace)])
    }
    let (owner, films) = (try world.owner, try VaultPath("films".utf8))
    let error = await #expect(throws: DiskError.self) {
      _ = try await owner.reencrypt(at: films, progress: filling)
    }
    #expect(error?.code == .noSpace)
    #expect(try await owner.reencrypt(at: films).left.isDone)
  }

  @Test func `what another device changes meanwhile stays, and is no conflict`() async throws {
    let world = try await revoked()
    let films = try VaultPath("films".utf8)
    let (network, nodes) = (world.own.network, world.own.nodes.map(\.did))
    // Only the second node has the change, and it comes back while files are sealed.
    network.setCut(true, nodes[0])
    try world.own.devices[1].folder.write("films/packed", "edited")
    try await world.own.sync(1)
    network.setCut(false, nodes[0])
    network.setCut(true, nodes[1])
    let hearing = SyncProgress { state in
      if state.phase == .reading { network.setCut(false, nodes[1]) }
    }
    #expect(try await world.owner.reencrypt(at: films, progress: hearing).left.isDone)
    try await world.own.comeTogether()
    for device in world.own.devices {
      #expect(try device.folder.read("films/packed") == "edited")
      #expect(try !device.folder.snapshot().keys.contains { $0.contains("conflict") })
    }
  }

  @Test func `files with several contents wait until somebody has decided`() async throws {
    let world = try await revoked { world in
      try world.own.devices[1].folder.write("films/packed", String(repeating: "other ", count: 900))
      try world.folder.write("films/packed", String(repeating: "mine ", count: 900))
      try await world.own.comeTogether()
    }
    let films = try VaultPath("films".utf8)
    let owner = try world.owner
    let plan = try await owner.planReencryption(at: films)
    #expect(plan.fileCount == 1 && plan.conflictCount == 1)
    let left = try await owner.reencrypt(at: films).left
    #expect(left.fileCount == 0 && left.conflictCount == 1 && !left.isDone)
    let copy = try #require(try world.folder.snapshot().keys.first { $0.contains("conflict") })
    try world.folder.remove(copy)
    try await world.own.comeTogether()
    #expect(try await owner.reencrypt(at: films).left.isDone)
  }

  @Test func `only folders with keys of their own are sealed anew`() async throws {
    let world = try await revoked()
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await world.owner.planReencryption(at: try VaultPath("private".utf8))
    }
    #expect(error?.code == .usage)
    let bob = try world.vault("bob", "films")
    let refused = await #expect(throws: FreeholdError.self) {
      _ = try await bob.planReencryption(at: .root)
    }
    #expect(refused?.code == .refused)
  }

  @Test func `pieces are those of the manifest, or the file is another one`() throws {
    let contents: [[UInt8]] = [[1, 2, 3], [4, 5]]
    let extents: [Manifest.Extent] = [
      .data(reference(contents[0])), .hole(4), .data(reference(contents[1])),
    ]
    let whole: [UInt8] = [1, 2, 3, 0, 0, 0, 0, 4, 5]
    for step in 1...whole.count {
      var cutter = PieceCutter(extents)
      var pieces: [[UInt8]?] = []
      for start in stride(from: 0, to: whole.count, by: step) {
        let part = Array(whole[start..<min(start + step, whole.count)])
        let goesOn = part.withUnsafeBytes { cutter.take($0) { bytes, _ in pieces.append(bytes) } }
        #expect(goesOn)
      }
      #expect(cutter.isComplete)
      #expect(pieces == [[1, 2, 3], nil, [4, 5]])
    }
    for index in whole.indices {
      var other = whole
      other[index] ^= 1
      var cutter = PieceCutter(extents)
      let goesOn = other.withUnsafeBytes { cutter.take($0) { _, _ in } }
      #expect(!goesOn || !cutter.isComplete)
    }
    var longer = PieceCutter(extents)
    #expect(!(whole + [0]).withUnsafeBytes { longer.take($0) { _, _ in } })
  }

  private func reference(_ bytes: [UInt8]) -> ChunkReference {
    ChunkReference(
      hash: Hash.sha256(bytes), plainBytes: bytes.count, method: 0, key: .epoch(0),
      location: ChunkLocation(pack: .zero, offset: 0, length: 0))
  }
}

extension Vault {
  fileprivate var writingEpoch: UInt64? { keyring.writingKey(scope)?.number }

  /// Where the keys of a file's pieces come from.
  fileprivate func chunkKeys(of name: String) async throws -> Set<ChunkReference.Key> {
    let object = try find(try VaultPath(name.utf8), in: tree)
    let reader = try contentReader(meter: TrafficMeter())
    var keys: Set<ChunkReference.Key> = []
    for head in tree.contents(of: object) {
      let manifest = try Manifest(decoding: head.value)
      for case .data(let chunk) in try await reader.extents(of: manifest) { keys.insert(chunk.key) }
    }
    return keys
  }
}
