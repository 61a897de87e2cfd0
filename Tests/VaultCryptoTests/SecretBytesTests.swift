import Testing
import VaultCrypto

@Suite struct SecretBytesTests {
  @Test(arguments: [SecretBytes.Residence.heap, .locked])
  func `bytes are kept, lent and compared`(residence: SecretBytes.Residence) {
    for count in [0, 1, 15, 16, 31, 32, 33, 4096, 5000] {
      var generator = SeededGenerator(seed: UInt64(count))
      let bytes = generator.nextBytes(count)
      let secret = SecretBytes(bytes, residence: residence)
      #expect(secret.count == count)
      #expect(secret.exposedCopy() == bytes)
      #expect(secret.withBytes { Array($0) } == bytes)
      #expect(secret == SecretBytes(bytes))
      #expect(secret != SecretBytes(bytes + [0]))
      for index in bytes.indices.prefix(40) {
        #expect(secret != SecretBytes(flipping(bytes, at: index, bit: 7)))
      }
    }
  }

  @Test func `an error while filling leaves no secret behind`() {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      _ = try SecretBytes(count: 8) { _ throws(Refusal) in throw Refusal() }
    }
  }

  @Test func `one seed draws the same bytes`() {
    var first = SeededGenerator(seed: 9)
    var second = SeededGenerator(seed: 9)
    #expect(first.nextBytes(37) == second.nextBytes(37))
    #expect(first.nextBytes(0) == [])
  }

  @Test func `constant-time comparison is a comparison`() {
    #expect(ConstantTime.equal([], []))
    #expect(ConstantTime.equal([1, 2], [1, 2]))
    #expect(!ConstantTime.equal([1, 2], [1, 3]))
    #expect(!ConstantTime.equal([1, 2], [1]))
  }
}
