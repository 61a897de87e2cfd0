import Testing
import VaultCrypto

@Suite struct ChunkAEADTests {
  @Test func `every flipped bit is refused with one error`() throws {
    var generator = SeededGenerator(seed: 41)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let sealed = try ChunkAEAD.seal([1, 2, 3], key: key, aad: [4], using: &generator)
    #expect(try ChunkAEAD.open(sealed, key: key, aad: [4]) == [1, 2, 3])
    for index in sealed.indices {
      for bit in 0..<8 {
        #expect(throws: CryptoError(.cannotOpen, "")) {
          try ChunkAEAD.open(flipping(sealed, at: index, bit: bit), key: key, aad: [4])
        }
      }
    }
  }

  @Test func `another key, context or length is refused with the same error`() throws {
    var generator = SeededGenerator(seed: 42)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let other = SecretBytes.generate(count: 32, using: &generator)
    let sealed = try ChunkAEAD.seal([], key: key, aad: [], using: &generator)
    #expect(sealed.count == ChunkAEAD.overheadBytes)
    let attempts: [([UInt8], SecretBytes, [UInt8])] = [
      (sealed, other, []), (sealed, key, [1]), (Array(sealed.dropLast()), key, []),
      (sealed + [0], key, []), ([], key, []),
    ]
    for (bytes, key, aad) in attempts {
      #expect(throws: CryptoError(.cannotOpen, "")) {
        try ChunkAEAD.open(bytes, key: key, aad: aad)
      }
    }
  }

  @Test func `no two seals have one nonce`() throws {
    var generator = SeededGenerator(seed: 44)
    let key = SecretBytes.generate(count: 32, using: &generator)
    var nonces: Set<[UInt8]> = []
    for _ in 0..<1_000 {
      let sealed = try ChunkAEAD.seal([1], key: key, aad: [], using: &generator)
      nonces.insert(Array(sealed.prefix(12)))
    }
    #expect(nonces.count == 1_000)
  }

  @Test func `a key of another length is refused`() {
    var generator = SeededGenerator(seed: 43)
    for count in [0, 16, 24, 31, 33] {
      let key = SecretBytes([UInt8](repeating: 1, count: count))
      #expect(throws: CryptoError(.keyRefused, "")) {
        try ChunkAEAD.seal([1], key: key, aad: [], using: &generator)
      }
    }
  }
}
