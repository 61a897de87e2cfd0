import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultSealing

@Suite struct ChunkSealTests {
  private struct Vector: Decodable {
    let name: String
    let dedupSecret: HexBytes
    let plaintextLength: Int
    let plaintextSha256: String
    let chunkKey: HexBytes
    let ciphertextSha256: String
    let ciphertextHead: HexBytes
  }

  /// A generator that gives zeros: the vectors were made with the nonce zero.
  private struct Zeros: RandomNumberGenerator {
    mutating func next() -> UInt64 { 0 }
  }

  @Test func `keys and ciphertexts are those of the vectors`() throws {
    let cases = try Fixture.decode(Cases<Vector>.self, "derive-seal/convergent.json").cases
    for vector in cases {
      let plaintext = (0..<vector.plaintextLength).map {
        UInt8(truncatingIfNeeded: $0 &* 31 &+ 7 &+ ($0 >> 8) &* 13)
      }
      let hash = Hash.sha256(plaintext)
      #expect(hash.hex == vector.plaintextSha256, "\(vector.name)")
      let key = ChunkSeal.key(
        forPlaintextHash: hash, dedup: SecretBytes(vector.dedupSecret.bytes))
      #expect(key.exposedCopy() == vector.chunkKey.bytes, "\(vector.name)")
      var zeros = Zeros()
      let sealed = try ChunkSeal.seal(plaintext, key: key, using: &zeros)
      let ciphertext = Array(sealed.dropFirst(12))
      #expect(ciphertext.starts(with: vector.ciphertextHead.bytes), "\(vector.name)")
      #expect(Hash.sha256(ciphertext).hex == vector.ciphertextSha256, "\(vector.name)")
      #expect(try ChunkSeal.open(sealed, key: key) == plaintext)
      try ChunkSeal.check(plaintext, hash: hash)
    }
    #expect(!cases.isEmpty)
  }

  @Test func `equal plaintexts have equal keys within one epoch only`() {
    var world = World(seed: 41)
    let other = EpochKey.generate(scope: world.scope, number: 4, using: &world.generator)
    let hash = Hash.sha256([1, 2, 3])
    #expect(
      ChunkSeal.key(forPlaintextHash: hash, world.epoch)
        == ChunkSeal.key(forPlaintextHash: hash, world.epoch))
    #expect(
      ChunkSeal.key(forPlaintextHash: hash, world.epoch)
        != ChunkSeal.key(forPlaintextHash: hash, other))
    #expect(
      ChunkSeal.key(forPlaintextHash: hash, world.epoch)
        != ChunkSeal.key(forPlaintextHash: Hash.sha256([1, 2]), world.epoch))
  }

  @Test func `the nonce differs each time, because compression may differ`() throws {
    var world = World(seed: 42)
    let key = ChunkSeal.key(forPlaintextHash: Hash.sha256([1]), world.epoch)
    let first = try ChunkSeal.seal([1], key: key, using: &world.generator)
    let second = try ChunkSeal.seal([1], key: key, using: &world.generator)
    #expect(first.prefix(12) != second.prefix(12))
  }

  @Test func `every flipped bit and every missing byte is refused with one error`() throws {
    var world = World(seed: 43)
    let key = ChunkSeal.key(forPlaintextHash: Hash.sha256([1]), world.epoch)
    let sealed = try ChunkSeal.seal(
      world.generator.nextBytes(100), key: key, using: &world.generator)
    for index in sealed.indices {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try ChunkSeal.open(flipping(sealed, at: index, bit: index & 7), key: key)
      }
      #expect(throws: SealingError(.cannotOpen, "")) {
        try ChunkSeal.open(Array(sealed.prefix(index)), key: key)
      }
    }
  }

  @Test func `a plaintext that the manifest does not name is refused`() throws {
    try ChunkSeal.check([1, 2], hash: Hash.sha256([1, 2]))
    #expect(throws: SealingError(.hashDiffers, "")) {
      try ChunkSeal.check([1, 3], hash: Hash.sha256([1, 2]))
    }
  }

  @Test func `a key of another length is refused`() {
    #expect(throws: SealingError(.keyRefused, "")) {
      try ChunkSeal.open([UInt8](repeating: 0, count: 40), key: SecretBytes([1]))
    }
  }
}
