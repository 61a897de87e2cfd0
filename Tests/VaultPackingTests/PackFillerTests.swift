import Testing

@testable import VaultPacking

struct PackFillerTests {
  private func fill(
    _ chunks: [[UInt8]], capacityBytes: Int, _ generator: inout Seeded
  ) throws -> [FilledPack<Int>] {
    var filler = PackFiller<Int>(capacityBytes: capacityBytes)
    var packs: [FilledPack<Int>] = []
    for (label, chunk) in chunks.enumerated() {
      if let pack = try filler.add(chunk, as: label, using: &generator) { packs.append(pack) }
      #expect(filler.heldBytes <= capacityBytes * 2)
    }
    return packs + (try filler.finish(using: &generator))
  }

  @Test(arguments: 0..<8) func `every chunk is in one pack, where it says`(seed: Int) throws {
    var generator = Seeded(UInt64(seed))
    let capacityBytes = 1 << 18
    let longest = [500, 5_000, 65_000, 200_000][seed % 4]
    let chunks = (0..<80).map { _ in generator.bytes(1 + generator.below(longest)) }
    let packs = try fill(chunks, capacityBytes: capacityBytes, &generator)
    var seen: [Int] = []
    for pack in packs {
      #expect(pack.identifier == PackFormat.identifier(of: pack.bytes))
      var end = 0
      for (label, range) in pack.chunks {
        #expect(Array(pack.bytes[range]) == chunks[label])
        #expect(range.lowerBound == end)
        end = range.upperBound
        seen.append(label)
      }
      #expect(pack.usedBytes == end)
    }
    #expect(seen.sorted() == Array(chunks.indices))
    #expect(packs.dropLast().allSatisfy { $0.bytes.count == capacityBytes })
  }

  @Test func `packs of chunks of all lengths are full to one per cent`() throws {
    var generator = Seeded(20)
    // The proportions of real chunks and packs, scaled down by 64.
    let chunks = (0..<1_000).map { _ in generator.bytes(4_096 + generator.below(24_576)) }
    let packs = try fill(chunks, capacityBytes: 1 << 18, &generator)
    let stored = packs.reduce(0) { $0 + $1.bytes.count }
    let used = packs.reduce(0) { $0 + $1.usedBytes }
    #expect((stored - used) * 100 < stored)
  }

  @Test func `nothing gives no pack`() throws {
    var generator = Seeded(21)
    #expect(try fill([], capacityBytes: 1 << 18, &generator).isEmpty)
  }

  @Test func `the fullest combination is found`() {
    let lengths = [7, 6, 5, 4]
    #expect(PackFiller<Int>.fullest(lengths, below: 9) == 0b1100)
    #expect(PackFiller<Int>.fullest(lengths, below: 3) == 0)
    #expect(PackFiller<Int>.fullest(lengths, below: 100) == 0b1111)
    #expect(PackFiller<Int>.fullest([], below: 100) == 0)
  }
}
