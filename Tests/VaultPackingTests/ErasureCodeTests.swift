import Testing
import VaultPacking

struct ErasureCodeTests {
  @Test func `any k shards give all shards back, for every small code and every choice`() throws {
    var generator = Seeded(1)
    var choices = 0
    for total in 1...6 {
      for data in 1...total {
        let code = try ErasureCode(dataShards: data, totalShards: total)
        let pack = generator.bytes(100 + generator.below(700))
        let shards = try code.shards(of: pack)
        for mask in 0..<(1 << total) where mask.nonzeroBitCount == data {
          let kept = (0..<total).filter { mask & (1 << $0) != 0 }
          let left = Dictionary(uniqueKeysWithValues: kept.map { ($0, shards[$0]) })
          let made = try code.rebuild(Array(0..<total), from: left)
          #expect((0..<total).allSatisfy { made[$0] == shards[$0] })
          #expect(try code.pack(from: left, packBytes: pack.count) == pack)
          choices += 1
        }
      }
    }
    #expect(choices == 120)
  }

  @Test(arguments: [(10, 14), (17, 20), (16, 32), (31, 32), (32, 32), (1, 32)])
  func `large codes rebuild from any seeded choice`(data: Int, total: Int) throws {
    var generator = Seeded(UInt64(data * 100 + total))
    let code = try ErasureCode(dataShards: data, totalShards: total)
    let pack = generator.bytes(10_000 + generator.below(10_000))
    let shards = try code.shards(of: pack)
    for _ in 0..<20 {
      var indexes = Array(0..<total)
      for last in indexes.indices.reversed() { indexes.swapAt(last, generator.below(last + 1)) }
      let kept = indexes.prefix(data)
      let left = Dictionary(uniqueKeysWithValues: kept.map { ($0, shards[$0]) })
      let wanted = Array(indexes.dropFirst(data))
      let made = try code.rebuild(wanted, from: left)
      #expect(made.count == wanted.count)
      #expect(wanted.allSatisfy { made[$0] == shards[$0] })
    }
  }

  @Test func `parity is what the field's arithmetic says`() throws {
    var generator = Seeded(2)
    for (data, total) in [(2, 3), (3, 5), (5, 9), (10, 14)] {
      let code = try ErasureCode(dataShards: data, totalShards: total)
      let shards = try code.shards(of: generator.bytes(400))
      for index in data..<total {
        let factors = (0..<data).map { Field.inverse(UInt8(index ^ $0)) }
        let expected = shards[0].indices.map { place in
          (0..<data).reduce(UInt8(0)) { $0 ^ Field.product(factors[$1], shards[$1][place]) }
        }
        #expect(shards[index] == expected)
      }
    }
  }

  @Test func `data shards are the pack and zeros`() throws {
    var generator = Seeded(3)
    let code = try ErasureCode(dataShards: 3, totalShards: 5)
    let pack = generator.bytes(16_384)
    let shards = try code.shards(of: pack)
    #expect(shards.allSatisfy { $0.count == 5_504 })
    #expect(Array(shards.prefix(3).joined()) == pack + [UInt8](repeating: 0, count: 128))
    #expect(try code.parity(of: pack) == Array(shards.dropFirst(3)))
    for index in 0..<5 { #expect(try code.shard(index, of: pack) == shards[index]) }
  }

  @Test func `packs much shorter than their shards rebuild too`() throws {
    let code = try ErasureCode(dataShards: 8, totalShards: 11)
    let pack: [UInt8] = [1, 2, 3]
    let shards = try code.shards(of: pack)
    #expect(shards.allSatisfy { $0.count == 64 })
    let left = Dictionary(uniqueKeysWithValues: (3..<11).map { ($0, shards[$0]) })
    #expect(try code.pack(from: left, packBytes: 3) == pack)
  }

  @Test func `one of n is replication`() throws {
    var generator = Seeded(4)
    let code = try ErasureCode(dataShards: 1, totalShards: 4)
    let pack = generator.bytes(12_345)
    #expect(try code.shards(of: pack) == [pack, pack, pack, pack])
    #expect(try code.parity(of: pack) == [pack, pack, pack])
    #expect(try code.rebuild([0, 3], from: [2: pack]) == [0: pack, 3: pack])
    #expect(try code.shard(3, of: pack) == pack)
  }

  @Test(arguments: 0..<20) func `a range of a pack comes from its shards`(seed: Int) throws {
    var generator = Seeded(50 + UInt64(seed))
    let data = 1 + generator.below(6)
    let code = try ErasureCode(dataShards: data, totalShards: data + 1 + generator.below(3))
    let pack = generator.bytes(1_000 + generator.below(20_000))
    let shards = try code.shards(of: pack)
    for _ in 0..<10 {
      let start = generator.below(pack.count)
      let range = start..<start + 1 + generator.below(pack.count - start)
      var direct: [UInt8] = []
      var rebuilt: [UInt8] = []
      for part in try code.locate(range, packBytes: pack.count) {
        direct += shards[part.shard][part.range]
        let others = (0..<code.totalShards).filter { $0 != part.shard }.suffix(data)
        let ranges = Dictionary(
          uniqueKeysWithValues: others.map { ($0, Array(shards[$0][part.range])) })
        rebuilt += try code.rebuild([part.shard], from: ranges)[part.shard] ?? []
      }
      #expect(direct == Array(pack[range]))
      #expect(rebuilt == Array(pack[range]))
    }
  }

  @Test func `shards that do not belong together are told apart`() throws {
    var generator = Seeded(5)
    let code = try ErasureCode(dataShards: 3, totalShards: 6)
    let shards = try code.shards(of: generator.bytes(1_000))
    var some = Dictionary(uniqueKeysWithValues: shards.enumerated().map { ($0, $1) })
    #expect(try code.agree(some))
    for index in 0..<6 {
      var broken = some
      broken[index]?[17] ^= 1
      #expect(try !code.agree(broken))
    }
    some = some.filter { $0.key < 3 }
    some[0]?[0] ^= 1
    #expect(try code.agree(some))
  }

  @Test func `numbers that make no code are refused`() {
    for (data, total) in [(0, 1), (0, 0), (2, 1), (-1, 3), (1, 33), (33, 33), (Int.max, Int.max)] {
      #expect(throws: code(.badCode)) {
        try ErasureCode(dataShards: data, totalShards: total)
      }
    }
  }

  @Test func `wrong lengths, numbers and ranges are refused`() throws {
    let scheme = try ErasureCode(dataShards: 2, totalShards: 4)
    let shards = try scheme.shards(of: [UInt8](repeating: 7, count: 500))
    for length in [Int.min, 0, (16 << 20) + 1, Int.max] {
      #expect(throws: code(.badLength)) { try scheme.shardBytes(packBytes: length) }
    }
    #expect(throws: code(.badLength)) { try scheme.shards(of: []) }
    #expect(throws: code(.badLength)) { try scheme.parity(of: []) }
    #expect(throws: code(.noSuchShard)) { try scheme.shard(4, of: [1]) }
    #expect(throws: code(.noSuchShard)) { try scheme.rebuild([-1], from: [0: [1], 1: [2]]) }
    #expect(throws: code(.noSuchShard)) { try scheme.rebuild([0], from: [1: [1], 4: [2]]) }
    #expect(throws: code(.notEnoughShards)) { try scheme.rebuild([0], from: [1: shards[1]]) }
    #expect(throws: code(.notEnoughShards)) { try scheme.rebuild([0], from: [:]) }
    #expect(throws: code(.unequalShards)) {
      try scheme.rebuild([0], from: [1: shards[1], 2: Array(shards[2].dropLast())])
    }
    #expect(throws: code(.badLength)) { try scheme.rebuild([0], from: [1: [], 2: []]) }
    #expect(throws: code(.badLength)) {
      try scheme.pack(from: [1: shards[1], 2: shards[2]], packBytes: 600)
    }
    for range in [0..<0, 500..<501, -1..<3, 499..<501, Int.min..<Int.max] {
      #expect(throws: code(.badRange)) { try scheme.locate(range, packBytes: 500) }
    }
  }
}

/// GF(2^8) with the polynomial 0x11d, by hand.
private enum Field {
  static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var (sum, shifted) = (UInt8(0), left)
    for bit in 0..<8 {
      if right >> UInt8(bit) & 1 == 1 { sum ^= shifted }
      shifted = shifted << 1 ^ (shifted >> 7 == 1 ? 0x1d : 0)
    }
    return sum
  }

  static func inverse(_ value: UInt8) -> UInt8 {
    (1...255).first { product(value, $0) == 1 } ?? 0
  }
}
