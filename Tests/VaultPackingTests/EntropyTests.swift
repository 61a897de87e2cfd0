import Testing

@testable import VaultPacking

struct EntropyTests {
  private func isSpent(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { Entropy.isSpent($0) }
  }

  @Test func `noise is spent whatever its length`() {
    var generator = Seeded(1)
    for count in [16_384, 16_385, 20_001, 1 << 20, (4 << 20) - 1] {
      #expect(isSpent(generator.bytes(count)))
    }
  }

  @Test func `short noise is tried`() {
    var generator = Seeded(2)
    #expect(!isSpent(generator.bytes(16_383)))
    #expect(!isSpent([]))
  }

  @Test func `text and half-empty content are not spent`() {
    var generator = Seeded(3)
    #expect(!isSpent(CompressionTests.text(100_000, &generator)))
    #expect(!isSpent([UInt8](repeating: 0, count: 50_000) + generator.bytes(50_000)))
    // Hexadecimal and base64 text of noise: 4 and 6 bits for each byte.
    #expect(!isSpent(generator.bytes(100_000).map { $0 & 15 }))
    #expect(!isSpent(generator.bytes(100_000).map { $0 & 63 }))
    #expect(!isSpent(generator.bytes(100_000).map { $0 & 127 }))
  }
}
