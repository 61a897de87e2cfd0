import Testing
import VaultCrypto

@Suite struct Argon2idTests {
  private struct Vector: Decodable {
    let name: String
    let passwordHex: HexBytes
    let saltHex: HexBytes
    let t: UInt64
    let mKib: UInt64
    let p: Int
    let version: Int
    let tagHex: HexBytes
  }

  @Test func `the tags are those of the vectors`() throws {
    let cases = try Fixture.decode(Cases<Vector>.self, "argon2id/made.json").cases
    for vector in cases {
      #expect(vector.p == 1 && vector.version == 0x13)
      let key = try Argon2id.derive(
        passphrase: SecretBytes(vector.passwordHex.bytes), salt: vector.saltHex.bytes,
        parameters: Argon2id.Parameters(memoryKiB: vector.mKib, passes: vector.t),
        length: vector.tagHex.bytes.count)
      #expect(key.exposedCopy() == vector.tagHex.bytes, "\(vector.name)")
    }
    #expect(!cases.isEmpty)
  }

  @Test func `parameters out of bounds are refused`() {
    let refused: [(UInt64, UInt64)] = [
      (0, 3), (7, 3), ((2 << 20) + 1, 3), (.max, 3), (1 << 54, 3), (65536, 0), (65536, 17),
      (65536, .max),
    ]
    for (memory, passes) in refused {
      #expect(throws: CryptoError(.parametersRefused, "")) {
        try Argon2id.Parameters(memoryKiB: memory, passes: passes)
      }
    }
  }

  @Test func `salts and lengths out of bounds are refused`() throws {
    let parameters = try Argon2id.Parameters(memoryKiB: 8, passes: 1)
    let salt = [UInt8](repeating: 1, count: 16)
    let secret = SecretBytes([1])
    for (salt, length) in [([], 32), (Array(salt.dropLast()), 32), (salt, 15), (salt, 1025)] {
      #expect(throws: CryptoError(.parametersRefused, "")) {
        try Argon2id.derive(
          passphrase: secret, salt: salt, parameters: parameters, length: length)
      }
    }
    let long = SecretBytes([UInt8](repeating: 1, count: Argon2id.passphraseBytesMax + 1))
    #expect(throws: CryptoError(.parametersRefused, "")) {
      try Argon2id.derive(passphrase: long, salt: salt, parameters: parameters)
    }
  }

  @Test func `the default is far above the floor`() {
    #expect(Argon2id.Parameters.standard.memoryKiB == 262_144)
    #expect(Argon2id.Parameters.standard.passes == 3)
    #expect(Argon2id.Parameters.floor.memoryKiB == 65_536)
    #expect(Argon2id.Parameters.standard.reachesFloor)
  }
}
