import Testing
import VaultCrypto
import VaultPacking

struct PackTests {
  @Test func `chunks lie back to back from the start`() throws {
    var generator = Seeded(1)
    var builder = PackBuilder()
    #expect(builder.isEmpty)
    let chunks = [1, 1_000, 70_000].map { generator.bytes($0) }
    var offsets: [Int?] = []
    for chunk in chunks { offsets.append(builder.append(chunk)) }
    #expect(offsets == [0, 1, 1_001])
    #expect(builder.usedBytes == 71_001)
    let pack = try builder.finish(using: &generator)
    #expect(Array(pack.prefix(71_001)) == Array(chunks.joined()))
    #expect(pack.count == Padme.paddedLength(71_001))
  }

  @Test func `a pack that refused a chunk has its whole capacity`() throws {
    var generator = Seeded(2)
    var builder = PackBuilder(capacityBytes: 1 << 16)
    #expect(builder.append(generator.bytes(40_000)) == 0)
    #expect(builder.append(generator.bytes(30_000)) == nil)
    #expect(builder.isFull)
    #expect(builder.append(generator.bytes(20_000)) == 40_000)
    #expect(try builder.finish(using: &generator).count == 1 << 16)
  }

  @Test func `a chunk may fill the pack to the last byte`() throws {
    var generator = Seeded(3)
    var builder = PackBuilder(capacityBytes: 1 << 16)
    #expect(builder.append(generator.bytes(1 << 16)) == 0)
    #expect(builder.freeBytes == 0)
    #expect(try builder.finish(using: &generator).count == 1 << 16)
  }

  @Test func `partial packs have few lengths and little padding`() throws {
    var lengths: Set<Int> = []
    for used in stride(from: 1, through: PackFormat.capacityBytes, by: 977) {
      let padded = PackFormat.partialBytes(holding: used)
      lengths.insert(padded)
      #expect(padded >= max(used, PackFormat.partialBytesMin))
      #expect(padded <= PackFormat.capacityBytes)
      #expect(used < PackFormat.partialBytesMin || (padded - used) * 16 <= padded)
      #expect(padded.isMultiple(of: ErasureCode.alignmentBytes))
    }
    #expect(lengths.count < 320)
  }

  @Test func `padding looks like ciphertext`() throws {
    var generator = Seeded(4)
    var builder = PackBuilder(capacityBytes: 1 << 20)
    _ = builder.append([1])
    builder.close()
    let padding = Array(try builder.finish(using: &generator).dropFirst())
    #expect(padding.count == (1 << 20) - 1)
    #expect(try Compressor().compress(padding).method == .stored)
    var counts = [Int](repeating: 0, count: 256)
    for byte in padding { counts[Int(byte)] += 1 }
    // χ² with 255 degrees of freedom: 255 ± 23.
    let mean = Double(padding.count) / 256
    let square = counts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    #expect((150.0..<400.0).contains(square))
  }

  @Test func `padding is new each time and depends on the generator alone`() throws {
    func pack(_ generator: inout Seeded) throws -> [UInt8] {
      var builder = PackBuilder()
      _ = builder.append([1, 2, 3])
      return try builder.finish(using: &generator)
    }
    var (one, other) = (Seeded(5), Seeded(5))
    let first = try pack(&one)
    #expect(try pack(&other) == first)
    #expect(try pack(&one) != first)
  }

  @Test func `the identifier is the hash of all bytes`() throws {
    var generator = Seeded(6)
    let pack = generator.bytes(16_384)
    #expect(PackFormat.identifier(of: pack) == Hash.sha256(pack))
  }
}
