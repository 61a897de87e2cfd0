import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment
import VaultStore

/// Chunks, packs and shards, in the database and as files.
@Suite struct PackTests {
  private let sample = Sample()

  @Test(arguments: DiskKind.allCases)
  func `a pack goes from building to safe with its shards`(kind: DiskKind) throws {
    try withDatabase(kind) { vault in
      let pack = try vault.write { t in
        for number in 0..<3 { try t.setNode(sample.node(number)) }
        let pack = try t.beginPack(scope: sample.scope, dataShards: 2, totalShards: 3)
        try t.setChunks([(token(1), place(pack, 0)), (token(2), place(pack, 100))])
        try t.sealPack(
          pack, name: sample.packName(1), length: 16 << 20, shards: sample.shardNames(1, 3))
        for position in 0..<3 {
          try t.place(shard: position, of: pack, on: sample.nodes[position])
        }
        return pack
      }
      try vault.write { t in
        #expect(try t.packs(in: .sealed).map(\.row) == [pack])
        #expect(try t.shardsLacking(at: sample.nodes[1]).map(\.position) == [1])
        try t.setStored(shard: 1, of: pack, receipt: [7])
        try t.setState(.uploading, of: pack)
        #expect(try t.shardsLacking(at: sample.nodes[1]).isEmpty)
        #expect(try t.shardsStored(at: sample.nodes[1]).map(\.receipt) == [[7]])
        #expect(try t.storedShardCount(of: pack) == 1)
        #expect(try t.packTotals()[.uploading]?.bytes == 16 << 20)
        #expect(try t.shards(named: sample.shardNames(1, 3)[2]).map(\.position) == [2])
        try t.setMissing(shard: 1, of: pack)
        let counts = try t.shardCounts(at: sample.nodes[1])
        #expect(counts.stored == 0 && counts.lacking == 1)
        try t.setState(.safe, of: pack)
        try t.setLocal(false, pack)
        #expect(try t.localPacks().isEmpty)
        #expect(try t.pack(named: sample.packName(1))?.state == .safe)
      }
    }
  }

  @Test func `placing a shard elsewhere forgets its receipt and placing it again does not`() throws
  {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        for number in 0..<2 { try t.setNode(sample.node(number)) }
        let pack = try t.addPack(
          name: sample.packName(1), scope: sample.scope, length: 10, dataShards: 1,
          shards: sample.shardNames(1, 1))
        #expect(throws: StoreError.self) {
          try t.setStored(shard: 0, of: pack, receipt: [1])
        }
        try t.place(shard: 0, of: pack, on: sample.nodes[0])
        try t.setStored(shard: 0, of: pack, receipt: [1])
        try t.place(shard: 0, of: pack, on: sample.nodes[0])
        #expect(try t.shards(of: pack)[0].state == .stored)
        try t.place(shard: 0, of: pack, on: sample.nodes[1])
        #expect(try t.shards(of: pack)[0].state == .planned)
        #expect(try t.shards(of: pack)[0].receipt == nil)
        try t.setStored(shard: 0, of: pack, receipt: [2])
        try t.removeNode(sample.nodes[1])
        #expect(try t.shards(of: pack)[0].node == nil)
        #expect(try t.shards(of: pack)[0].state == .planned)
        #expect(try t.nodes().map(\.did) == [sample.nodes[0]])
      }
    }
  }

  @Test(arguments: [true, false])
  func `a pack is not safe any more when a node of its shards is gone`(isRemoved: Bool) throws {
    try withDatabase(.simulated) { vault in
      let rows = try vault.write { t -> [PackRow] in
        for number in 0..<3 { try t.setNode(sample.node(number)) }
        return try (0..<2).map { number in
          let pack = try t.addPack(
            name: sample.packName(UInt64(number)), scope: sample.scope, length: 10, dataShards: 1,
            shards: sample.shardNames(UInt64(number), 2))
          for position in 0..<2 {
            try t.place(shard: position, of: pack, on: sample.nodes[number + position])
            try t.setStored(shard: position, of: pack, receipt: [1])
          }
          try t.setState(.safe, of: pack)
          return pack
        }
      }
      try vault.write { t in
        if isRemoved {
          try t.removeNode(sample.nodes[0])
        } else {
          try t.forgetAcknowledgements(of: sample.nodes[0])
        }
        #expect(try t.packs(in: .degraded).map(\.row) == [rows[0]])
        #expect(try t.packs(in: .safe).map(\.row) == [rows[1]])
      }
    }
  }

  @Test func `a removed pack takes its chunks and shards along, but not those moved away`() throws {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        let packs = try (1...2).map { number in
          try t.addPack(
            name: sample.packName(number), scope: sample.scope, length: 10, dataShards: 1,
            shards: sample.shardNames(number, 2))
        }
        try t.setChunks((1...4).map { (token($0), place(packs[0], Int($0))) })
        try t.setChunks([(token(4), place(packs[1], 0))])
        #expect(try t.chunks(of: packs[0]).map(\.place.offset) == [1, 2, 3])
        try t.removePack(packs[0])
        #expect(try t.chunks([token(1), token(4), token(9)]) == [nil, place(packs[1], 0), nil])
        #expect(try t.shards(of: packs[0]).isEmpty)
        try t.removeChunks([token(4)])
        #expect(try t.chunk(token(4)) == nil)
      }
    }
  }

  @Test func `many chunks are found again and no others`() throws {
    try withDatabase(.live) { vault in
      var generator = SeededGenerator(seed: 5)
      let tokens = try (0..<20_000).map { _ in try #require(ChunkToken(generator.bytes(16))) }
      let absent = try (0..<1_000).map { _ in try #require(ChunkToken(generator.bytes(16))) }
      let pack = PackRow(number: 1)
      try vault.write { t in
        try t.setChunks(tokens.enumerated().map { ($1, place(pack, $0)) })
      }
      let found = try vault.read { try $0.chunks(tokens) }
      #expect(found.enumerated().allSatisfy { $1 == place(pack, $0) })
      #expect(try vault.read { try $0.chunks(absent) }.allSatisfy { $0 == nil })
    }
  }

  // MARK: Files

  @Test(arguments: DiskKind.allCases)
  func `packs are kept as files, read in pieces, moved and removed`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let home = try VaultHome.open(folder, on: disk)
      let names = (1...3).map { sample.packName($0) }
      try home.outbox.store(names.map { ($0, Array(repeating: 5, count: 1_000)) })
      #expect(try home.outbox.read(names[0], bytesMax: 1_000).count == 1_000)
      #expect(
        try home.outbox.read(names[0], offset: 990, count: 10) == Array(repeating: 5, count: 10))
      #expect(throws: DiskError.self) { try home.outbox.read(names[0], offset: 991, count: 10) }
      #expect(throws: StoreError.self) { try home.outbox.read(names[0], offset: -1, count: 10) }
      try home.outbox.move(names[0], to: home.packs)
      #expect(try home.packs.packs().map(\.name) == [names[0]])
      #expect(try home.outbox.packs().map(\.name) == Array(names[1...]))
      try home.outbox.remove(names)
      #expect(try home.outbox.packs().isEmpty)
      #expect(try home.packs.contains(names[0]))
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a home has one writer and any number of readers`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let home = try VaultHome.open(folder, on: disk)
      let error = #expect(throws: StoreError.self) { try VaultHome.open(folder, on: disk) }
      #expect(error?.code == .busy)
      try home.database.write { try $0.setMeta("name", to: [1]) }
      let reader = try VaultHome.openForReading(folder, on: disk)
      #expect(try reader.database.read { try $0.meta("name") } == [1])
      home.close()
      try VaultHome.open(folder, on: disk).close()
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `files that no row keeps here are gone when a home is opened, and no others`(
    kind: DiskKind
  ) throws {
    try kind.withFolder { disk, folder in
      let home = try VaultHome.open(folder, on: disk)
      let names = (1...3).map { sample.packName($0) }
      try home.outbox.store(names.map { ($0, [1, 2, 3]) })
      try home.database.write { t in
        // One waits for nodes, one is at the nodes, and of one there is no row yet.
        for name in names[..<2] {
          let pack = try t.beginPack(scope: sample.scope, dataShards: 1, totalShards: 1)
          try t.sealPack(pack, name: name, length: 3, shards: [])
          if name == names[1] { try t.setLocal(false, pack) }
        }
      }
      home.close()
      let again = try VaultHome.open(folder, on: disk)
      #expect(try again.outbox.packs().map(\.name) == [names[0]])
      #expect(try again.outbox.read(names[0], bytesMax: 3) == [1, 2, 3])
      again.close()
    }
  }

  /// The order of the outbox: file, then row; after a crash every row has its file, whole.
  @Test func `a crash at any step never leaves a pack in the database without its file`() throws {
    let path = DiskPath("/home/vault")
    var acknowledged = 0
    for seed in 1...15 as ClosedRange<UInt64> {
      var step = 1
      while true {
        let medium = SimulatedDisk(seed: seed)
        medium.faults = SimulatedFaults(crashAtStep: step)
        var generator = SeededGenerator(seed: seed)
        let bytes = generator.bytes(20_000)
        var isStored = false
        let isDone = finishes {
          let disk = medium.start()
          try disk.makeFolder(DiskPath("/home"))
          let home = try VaultHome.open(path, on: disk)
          let pack = try home.database.write {
            try $0.beginPack(scope: sample.scope, dataShards: 1, totalShards: 1)
          }
          try home.outbox.store([(sample.packName(1), bytes)])
          try home.database.write {
            try $0.sealPack(pack, name: sample.packName(1), length: bytes.count, shards: [])
          }
          isStored = true
        }
        medium.cutPower()
        medium.faults = SimulatedFaults()
        let disk = medium.start()
        try disk.makeFolder(DiskPath("/home"))
        let home = try VaultHome.open(path, on: disk)
        let packs = try home.database.read { try $0.localPacks() }
        for pack in packs {
          let name = try #require(pack.name)
          #expect(try home.outbox.read(name, bytesMax: 1 << 20) == bytes)
        }
        #expect(packs.count == 1 || !isStored, "seed \(seed), step \(step)")
        #expect(try home.outbox.packs().count == packs.count, "seed \(seed), step \(step)")
        #expect(try home.database.read { try $0.packs(in: .building) }.isEmpty)
        acknowledged += packs.count
        if isDone { break }
        step += 1
      }
    }
    #expect(acknowledged > 15)
  }

  // MARK: Parts

  private func token(_ number: UInt64) -> ChunkToken {
    var generator = SeededGenerator(seed: number)
    guard let token = ChunkToken(generator.bytes(16)) else { preconditionFailure("16 bytes") }
    return token
  }

  private func place(_ pack: PackRow, _ offset: Int) -> ChunkPlace {
    ChunkPlace(pack: pack, offset: offset, length: 90, method: 1, plainLength: 200, epoch: 3)
  }

  private func withDatabase(_ kind: DiskKind, _ body: (VaultDatabase) throws -> Void) throws {
    try kind.withFolder { disk, folder in
      let vault = try VaultDatabase(of: folder, on: disk)
      try body(vault)
      #expect(try vault.database.problems().isEmpty)
    }
  }

  private func finishes(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch is SimulatedCrash {
      return false
    } catch {
      Issue.record(error)
      return false
    }
  }
}
