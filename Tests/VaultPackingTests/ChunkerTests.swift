import Testing
import VaultCrypto
import VaultPacking

struct ChunkerTests {
  let key = [UInt8](0..<32)
  let sizes = ChunkSizes.scaled(meanBits: 12)

  @Test func `empty content has no chunk`() {
    var chunker = Chunker(key: key)
    #expect(chunker.chunk([]).isEmpty)
  }

  @Test func `content up to the minimum is one chunk`() {
    var chunker = Chunker(key: key, sizes: sizes)
    var generator = Seeded(1)
    for count in [1, 2, sizes.minimumBytes - 1, sizes.minimumBytes] {
      #expect(chunker.chunk(generator.bytes(count)) == [0..<count])
    }
  }

  @Test func `chunks cover the content and keep to the sizes`() {
    var generator = Seeded(2)
    var chunker = Chunker(key: key, sizes: sizes)
    for count in [5_000, 100_000, 1_000_003] {
      let ranges = chunker.chunk(generator.bytes(count))
      #expect(ranges.first?.lowerBound == 0)
      #expect(ranges.last?.upperBound == count)
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(ranges.dropLast().allSatisfy { $0.count >= sizes.minimumBytes })
      #expect(ranges.allSatisfy { $0.count <= sizes.maximumBytes })
    }
  }

  @Test func `even content without any cut is cut at the maximum`() {
    var chunker = Chunker(key: key, sizes: sizes)
    let ranges = chunker.chunk([UInt8](repeating: 0, count: 3 * sizes.maximumBytes))
    #expect(ranges.map(\.count) == [Int](repeating: sizes.maximumBytes, count: 3))
  }

  @Test func `the mean is near its power of two`() {
    var generator = Seeded(3)
    var chunker = Chunker(key: key, sizes: sizes)
    let count = 8 << 20
    let mean = count / chunker.chunk(generator.bytes(count)).count
    #expect((3_700..<4_500).contains(mean))
  }

  @Test(arguments: 0..<6) func `cuts are those of the definition`(seed: Int) {
    var generator = Seeded(UInt64(seed))
    let content = generator.bytes(20_000 + generator.below(10_000))
    for sizes in [ChunkSizes.scaled(meanBits: 8), .scaled(meanBits: 12), .scaled(meanBits: 15)] {
      var chunker = Chunker(key: key, sizes: sizes)
      let meanBits = sizes == .scaled(meanBits: 8) ? 8 : sizes == .scaled(meanBits: 12) ? 12 : 15
      #expect(chunker.chunk(content) == definition(content, sizes, meanBits: meanBits))
    }
  }

  @Test(arguments: 0..<6) func `cuts do not depend on how content arrives`(seed: Int) throws {
    var generator = Seeded(100 + UInt64(seed))
    let content = generator.bytes(generator.below(300_000))
    var chunker = Chunker(key: key, sizes: sizes)
    let expected = chunker.chunk(content)
    let window = ChunkWindow(chunker: chunker, readBytes: 1 + generator.below(9_000))
    var found: [Range<Int>] = []
    var (read, taken) = (0, 0)
    while !window.isFinished {
      window.fill { free in
        let count = min(1 + generator.below(free.count), content.count - read)
        free.copyBytes(from: content[read..<read + count])
        read += count
        return count
      }
      while let range = window.take({ chunk in
        #expect(Array(chunk) == Array(content[taken..<taken + chunk.count]))
        return taken..<taken + chunk.count
      }) {
        found.append(range)
        taken = range.upperBound
      }
    }
    #expect(found == expected)
  }

  @Test func `a window serves one file after another`() {
    var generator = Seeded(7)
    let chunker = Chunker(key: key, sizes: sizes)
    let window = ChunkWindow(chunker: chunker, readBytes: 1 << 16)
    for _ in 0..<3 {
      let content = generator.bytes(20_000)
      var left = content[...]
      var lengths: [Int] = []
      while !window.isFinished {
        window.fill { free in
          free.copyBytes(from: left)
          defer { left = [] }
          return left.count
        }
        while let length = window.take({ $0.count }) { lengths.append(length) }
      }
      var whole = chunker
      #expect(lengths == whole.chunk(content).map(\.count))
      window.restart(with: chunker)
    }
  }

  @Test func `an insertion changes the chunks near it only`() {
    var generator = Seeded(4)
    let content = generator.bytes(400_000)
    var edited = content
    edited.insert(contentsOf: generator.bytes(17), at: 200_000)
    var chunker = Chunker(key: key, sizes: sizes)
    let before = Set(chunker.chunk(content).map { Array(content[$0]) })
    let after = Set(chunker.chunk(edited).map { Array(edited[$0]) })
    #expect(after.subtracting(before).count <= 4)
  }

  @Test func `another key cuts elsewhere`() {
    var generator = Seeded(5)
    let content = generator.bytes(200_000)
    var one = Chunker(key: key, sizes: sizes)
    var other = Chunker(key: [UInt8](1..<33), sizes: sizes)
    let cuts = Set(one.chunk(content).map(\.upperBound))
    #expect(cuts.intersection(other.chunk(content).map(\.upperBound)).count < 5)
  }

  @Test func `standard cuts of known content stay where they are`() {
    var generator = Seeded(6)
    var chunker = Chunker(key: key)
    #expect(
      chunker.chunk(generator.bytes(6 << 20)).map(\.count)
        == [887_983, 1_773_495, 1_337_719, 899_438, 1_147_286, 245_535])
  }

  /// The cuts as docs/spec/packs.md section 1 defines them, hash by hash from 64 bytes.
  private func definition(_ content: [UInt8], _ sizes: ChunkSizes, meanBits: Int) -> [Range<Int>] {
    let stream = KeyDerivation.expand(SecretBytes(key), label: "vault/v1/gear", length: 2048)
      .withBytes { Array($0) }
    let gear = (0..<256).map { entry in
      stream[8 * entry..<8 * entry + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    var ranges: [Range<Int>] = []
    var start = 0
    while start < content.count {
      var end = start + 1
      while end < content.count, end - start < sizes.maximumBytes {
        let length = end - start
        let hardness = length <= sizes.normalBytes ? meanBits + 2 : meanBits - 2
        var hash: UInt64 = 0
        if length >= sizes.minimumBytes {
          for byte in content[max(start, end - 64)..<end] { hash = (hash << 1) &+ gear[Int(byte)] }
          if hash < 1 << UInt64(64 - hardness) { break }
        }
        end += 1
      }
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }
}
