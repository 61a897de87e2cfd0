import Testing
import VaultCrypto

@Suite struct PadmeTests {
  private struct Vector: Decodable {
    let length: Int
    let padded: Int
  }

  @Test func `the vectors are met`() throws {
    let cases = try Fixture.decode(Cases<Vector>.self, "padme/padme.json").cases
    for vector in cases {
      #expect(Padme.paddedLength(vector.length) == vector.padded, "\(vector.length)")
    }
    #expect(!cases.isEmpty)
  }

  @Test(arguments: [51, 52, 53] as [UInt64])
  func `padding never shortens, is stable, and costs at most an eighth`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let length = Int(generator.next() >> (generator.next() % 60 + 3))
      let padded = Padme.paddedLength(length)
      #expect(padded >= length)
      #expect(Padme.paddedLength(padded) == padded)
      #expect(padded - length <= max(1, length / 8))
    }
  }

  @Test func `the longest lengths do not overflow`() {
    #expect(Padme.paddedLength(.max) == .max)
    #expect(Padme.paddedLength(.max - 1) >= .max - 1)
  }
}
