import Testing
import VaultEncoding

@testable import VaultCrypto

@Suite struct DeriveSealTests {
  private struct Vector: Decodable {
    let name: String
    let key: HexBytes
    let salt: HexBytes?
    let label: String
    let aad: HexBytes
    let plaintext: HexBytes?
    let encKey: HexBytes?
    let commitment: HexBytes?
    let sealed: HexBytes
    let valid: Bool?
  }

  private func vectors() throws -> [Vector] {
    try Fixture.decode(Cases<Vector>.self, "derive-seal/aes256gcm.json").cases
  }

  @Test func `the vectors seal and open byte for byte`() throws {
    var count = 0
    for vector in try vectors() where vector.valid != false {
      let key = SecretBytes(vector.key.bytes)
      let salt = try #require(vector.salt).bytes
      let plaintext = try #require(vector.plaintext).bytes
      var script = ScriptedGenerator(salt)
      let sealed = try DeriveSeal.seal(
        plaintext, key: key, label: vector.label, aad: vector.aad.bytes, using: &script)
      #expect(sealed == vector.sealed.bytes, "\(vector.name)")
      let opened = try DeriveSeal.open(
        vector.sealed.bytes, key: key, label: vector.label, aad: vector.aad.bytes)
      #expect(opened == plaintext, "\(vector.name)")
      let derived = KeyDerivation.hkdf(
        secret: key, salt: salt,
        info: Array(vector.label.utf8) + [0] + Hash.sha256(vector.aad.bytes).bytes, length: 64)
      let expected = try #require(vector.encKey).bytes + #require(vector.commitment).bytes
      #expect(derived.exposedCopy() == expected)
      count += 1
    }
    #expect(count > 0)
  }

  @Test func `the vectors to refuse are refused`() throws {
    var count = 0
    for vector in try vectors() where vector.valid == false {
      #expect(throws: CryptoError(.cannotOpen, ""), "\(vector.name)") {
        try DeriveSeal.open(
          vector.sealed.bytes, key: SecretBytes(vector.key.bytes), label: vector.label,
          aad: vector.aad.bytes)
      }
      count += 1
    }
    #expect(count > 0)
  }

  @Test func `every flipped bit is refused with one error`() throws {
    var generator = SeededGenerator(seed: 31)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let plaintext = generator.nextBytes(20)
    let sealed = try DeriveSeal.seal(
      plaintext, key: key, label: "vault/v1/op", aad: [1, 2], using: &generator)
    #expect(sealed.count == plaintext.count + DeriveSeal.overheadBytes)
    for index in sealed.indices {
      for bit in 0..<8 {
        #expect(throws: CryptoError(.cannotOpen, "")) {
          try DeriveSeal.open(
            flipping(sealed, at: index, bit: bit), key: key, label: "vault/v1/op", aad: [1, 2])
        }
      }
    }
  }

  @Test func `another key, label, context or length is refused with the same error`() throws {
    var generator = SeededGenerator(seed: 32)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let other = SecretBytes.generate(count: 32, using: &generator)
    let sealed = try DeriveSeal.seal([7], key: key, label: "a", aad: [1], using: &generator)
    let attempts: [([UInt8], SecretBytes, String, [UInt8])] = [
      (sealed, other, "a", [1]), (sealed, key, "b", [1]), (sealed, key, "a", []),
      (Array(sealed.dropLast()), key, "a", [1]), (sealed + [0], key, "a", [1]),
      ([], key, "a", [1]), (Array(sealed.prefix(79)), key, "a", [1]),
    ]
    for (bytes, key, label, aad) in attempts {
      #expect(throws: CryptoError(.cannotOpen, "")) {
        try DeriveSeal.open(bytes, key: key, label: label, aad: aad)
      }
    }
  }

  @Test func `one message is sealed differently each time`() throws {
    var generator = SeededGenerator(seed: 33)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let first = try DeriveSeal.seal([7], key: key, label: "a", aad: [], using: &generator)
    let second = try DeriveSeal.seal([7], key: key, label: "a", aad: [], using: &generator)
    #expect(first != second)
  }

  @Test(.enabled(if: AES256GCM.worksInPlace), arguments: [1, 16, 4_095, 300_001])
  func `sealed where it lies or not, the bytes are the same`(count: Int) throws {
    let key = SecretBytes([UInt8](repeating: 9, count: 32))
    let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let (label, aad) = ("vault/v1/test", Array("context".utf8))
    let salt = [UInt8](repeating: 5, count: 32)
    var sealed: [[UInt8]] = []
    for inPlace in [false, true] {
      var script = ScriptedGenerator(salt)
      sealed.append(
        try DeriveSeal.seal(
          plaintext, key: key, label: label, aad: aad, inPlace: inPlace, using: &script))
    }
    #expect(sealed[0] == sealed[1])
    for inPlace in [false, true] {
      let opened = try DeriveSeal.open(
        sealed[0], key: key, label: label, aad: aad, inPlace: inPlace)
      #expect(opened == plaintext)
      for place in [0, 40, 64, 64 + count / 2, 64 + count, count + 79] {
        var wrong = sealed[0]
        wrong[place] ^= 1
        #expect(throws: CryptoError(.cannotOpen, "")) {
          try DeriveSeal.open(wrong, key: key, label: label, aad: aad, inPlace: inPlace)
        }
      }
    }
  }

  @Test func `eight mebibytes go through`() throws {
    var generator = SeededGenerator(seed: 34)
    let key = SecretBytes.generate(count: 32, using: &generator)
    let plaintext = [UInt8](repeating: 0x5a, count: 8 << 20)
    let sealed = try DeriveSeal.seal(plaintext, key: key, label: "a", aad: [], using: &generator)
    #expect(try DeriveSeal.open(sealed, key: key, label: "a", aad: []) == plaintext)
  }
}
