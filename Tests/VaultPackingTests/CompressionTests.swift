import Testing
import VaultPacking

struct CompressionTests {
  static func text(_ count: Int, _ generator: inout Seeded) -> [UInt8] {
    let words = ["vault ", "node ", "shard ", "of the ", "and ", "owner\n", "reads ", "12, "]
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += Array(words[generator.below(words.count)].utf8) }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: CompressionEffort.allCases)
  func `text becomes shorter and comes back`(effort: CompressionEffort) throws {
    var generator = Seeded(1)
    let compressor = try Compressor(effort)
    let decompressor = try Decompressor()
    for count in [32, 100, 5_000, 100_000, 300_000] {
      let plain = Self.text(count, &generator)
      let made = compressor.compress(plain)
      #expect(made.method == .zstd || count < 200)
      #expect(made.method == .stored || made.bytes.count <= count - max(1, count / 32))
      let back = try decompressor.decompress(made.bytes, method: made.method, plainBytes: count)
      #expect(back == plain)
    }
  }

  @Test func `noise and short content are stored as they are`() throws {
    var generator = Seeded(2)
    let compressor = try Compressor()
    for count in [0, 1, 31, 100, 10_000, 16_384, 1 << 20] {
      let plain = generator.bytes(count)
      let made = compressor.compress(plain)
      #expect(made.method == .stored)
      #expect(made.bytes == plain)
      let back = try Compression.decompress(made.bytes, method: 0, plainBytes: count)
      #expect(back == plain)
    }
  }

  @Test func `content in borrowed memory is compressed alike`() throws {
    var generator = Seeded(9)
    let compressor = try Compressor()
    for plain in [Self.text(50_000, &generator), generator.bytes(50_000)] {
      #expect(plain.withUnsafeBytes { compressor.compress($0) } == compressor.compress(plain))
    }
  }

  @Test func `noise with a compressible half is compressed`() throws {
    var generator = Seeded(3)
    let plain = generator.bytes(200_000) + Self.text(200_000, &generator)
    let made = try Compression.compress(plain)
    #expect(made.method == 1)
    #expect(made.bytes.count < 300_000)
    let back = try Compression.decompress(
      made.bytes, method: made.method, plainBytes: plain.count)
    #expect(back == plain)
  }

  @Test func `one context serves many chunks of all lengths`() throws {
    var generator = Seeded(4)
    let compressor = try Compressor()
    let decompressor = try Decompressor()
    for _ in 0..<300 {
      let count = generator.below(20_000)
      let plain =
        generator.below(2) == 0 ? generator.bytes(count) : Self.text(count, &generator)
      let made = compressor.compress(plain)
      let back = try decompressor.decompress(made.bytes, method: made.method, plainBytes: count)
      #expect(back == plain)
    }
  }

  @Test func `another length than the signed one is refused`() throws {
    var generator = Seeded(5)
    let plain = Self.text(100_000, &generator)
    let made = try Compression.compress(plain)
    for length in [0, 1, 99_999, 100_001, 4 << 20] {
      #expect(throws: code(.badFrame)) {
        try Compression.decompress(made.bytes, method: 1, plainBytes: length)
      }
      #expect(throws: code(.badFrame)) {
        try Compression.decompress(plain, method: 0, plainBytes: length)
      }
    }
  }

  @Test func `lengths above the limit are refused before anything is allocated`() throws {
    for length in [-1, Int.min, (4 << 20) + 1, Int.max] {
      #expect(throws: code(.tooLong)) {
        try Compression.decompress([1, 2, 3], method: 1, plainBytes: length)
      }
    }
  }

  @Test func `an unknown method is refused`() throws {
    for method in UInt8(2)...255 {
      #expect(throws: code(.unknownMethod)) {
        try Compression.decompress([], method: method, plainBytes: 0)
      }
    }
  }

  @Test func `a bomb is refused`() throws {
    // 4 MiB of zeros in some hundred bytes: the frame says so, the manifest says 100.
    let bomb = try Compression.compress([UInt8](repeating: 0, count: 4 << 20))
    #expect(bomb.bytes.count < 1_000)
    #expect(throws: code(.badFrame)) {
      try Compression.decompress(bomb.bytes, method: 1, plainBytes: 100)
    }
    // The same with a header that lies: a single-segment frame whose length field says 100.
    let liar: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 100] + [0xfb, 0xff, 0x0f, 7]
    #expect(throws: code(.badFrame)) {
      try Compression.decompress(liar, method: 1, plainBytes: 100)
    }
  }

  @Test func `a frame that does not name its length is refused`() throws {
    // A window of 1 KiB, no content length, one raw block of three bytes.
    let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x19, 0, 0, 1, 2, 3]
    #expect(throws: code(.badFrame)) {
      try Compression.decompress(frame, method: 1, plainBytes: 3)
    }
    // The same with the length in one byte is a good frame.
    let good: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x03, 0x19, 0, 0, 1, 2, 3]
    #expect(try Compression.decompress(good, method: 1, plainBytes: 3) == [1, 2, 3])
  }

  @Test func `bytes before and behind the frame are refused`() throws {
    var generator = Seeded(6)
    let plain = Self.text(1_000, &generator)
    let made = try Compression.compress(plain)
    let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]
    for bytes in [made.bytes + [0], made.bytes + skippable, skippable + made.bytes, []] {
      #expect(throws: code(.badFrame)) {
        try Compression.decompress(bytes, method: 1, plainBytes: 1_000)
      }
    }
  }

  @Test func `broken frames never trap and never give another length`() throws {
    var generator = Seeded(7)
    let decompressor = try Decompressor()
    let plain = Self.text(3_000, &generator)
    let made = try Compression.compress(plain)
    for cut in 0..<made.bytes.count {
      #expect(throws: code(.badFrame)) {
        try decompressor.decompress(
          Array(made.bytes.prefix(cut)), method: .zstd, plainBytes: 3_000)
      }
    }
    for _ in 0..<2_000 {
      var broken = made.bytes
      broken[generator.below(broken.count)] ^= UInt8(1 + generator.below(255))
      if let back = try? decompressor.decompress(broken, method: .zstd, plainBytes: 3_000) {
        #expect(back.count == 3_000)
      }
    }
    #expect(try decompressor.decompress(made.bytes, method: .zstd, plainBytes: 3_000) == plain)
  }
}
