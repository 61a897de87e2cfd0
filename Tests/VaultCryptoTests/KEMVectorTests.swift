import Crypto
import Foundation
import Testing
import VaultCrypto
import VaultEncoding

/// X-Wing and its two halves, ML-KEM-768 and X25519.
///
/// Our formats use X-Wing as a whole. The vectors of its halves run against the library that X-Wing
/// comes from, so that a change of the library is noticed here.
///
/// What cannot run: encapsulation with given randomness (`eseed`, `m`) and decapsulation with
/// expanded keys (`dk`: the semi-expanded file, CCTV's strcmp and unluckysample). The library takes
/// randomness from the system and keys as seeds only. Of these files the public keys are read, and
/// the expanded keys are shown to be refused.
@Suite struct KEMVectorTests {
  private struct XWingVector: Decodable {
    let seed: HexBytes
    let ss: HexBytes
    let pk: HexBytes
    let ct: HexBytes
  }

  @Test func `X-Wing keys and shared secrets are those of the draft`() throws {
    let cases = try Fixture.decode(Cases<XWingVector>.self, "xwing/xwing-06.json").cases
    for vector in cases {
      let key = try KEMKey(seed: SecretBytes(vector.seed.bytes))
      #expect(key.publicKey.bytes == vector.pk.bytes)
      let library = try XWingMLKEM768X25519.PrivateKey(
        seedRepresentation: vector.seed.bytes, publicKey: nil)
      let secret = try library.decapsulate(Data(vector.ct.bytes))
      #expect(secret.withUnsafeBytes { Array($0) } == vector.ss.bytes)
    }
    #expect(!cases.isEmpty)
  }

  @Test func `an X-Wing key of another length or out of range is refused`() throws {
    var generator = SeededGenerator(seed: 11)
    let bytes = KEMKey.generate(using: &generator).publicKey.bytes
    #expect(throws: CryptoError(.keyRefused, "")) { try KEMPublicKey(Array(bytes.dropLast())) }
    #expect(throws: CryptoError(.keyRefused, "")) { try KEMPublicKey(bytes + [0]) }
    var overflow = bytes
    overflow[0] = 0xff
    overflow[1] |= 0x0f
    #expect(throws: CryptoError(.keyRefused, "")) { try KEMPublicKey(overflow) }
  }

  private struct MLKEMGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let seed: HexBytes?
      let ek: HexBytes?
      let dk: HexBytes?
      let c: HexBytes?
      let sharedSecret: HexBytes?
      let result: String

      enum CodingKeys: String, CodingKey {
        case tcId, seed, ek, dk, c, result
        case sharedSecret = "K"
      }
    }
    let tests: [Vector]
  }

  @Test func `ML-KEM-768 decapsulates as Wycheproof says`() throws {
    let file = try Fixture.decode(Wycheproof<MLKEMGroup>.self, "wycheproof/mlkem_768_test.json")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      let secret = try? decapsulate(
        seed: test.seed?.bytes ?? [], test.c?.bytes ?? [], ek: test.ek?.bytes)
      #expect(secret == (test.result == "valid" ? test.sharedSecret?.bytes : nil), "\(test.tcId)")
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0)
  }

  @Test func `ML-KEM-768 keys out of range are refused`() throws {
    let path = "wycheproof/mlkem_768_encaps_test.json"
    let file = try Fixture.decode(Wycheproof<MLKEMGroup>.self, path)
    var generator = SeededGenerator(seed: 13)
    let x25519 = Array(KEMKey.generate(using: &generator).publicKey.bytes.suffix(32))
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      let key = try? KEMPublicKey((test.ek?.bytes ?? []) + x25519)
      #expect((key != nil) == (test.result == "valid"), "\(test.tcId)")
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0)
  }

  @Test func `expanded ML-KEM keys are not taken at all`() throws {
    let path = "wycheproof/mlkem_768_semi_expanded_decaps_test.json"
    let file = try Fixture.decode(Wycheproof<MLKEMGroup>.self, path)
    var keys = file.testGroups.flatMap(\.tests).compactMap { $0.dk?.bytes }
    for name in ["strcmp", "unluckysample"] {
      keys.append(try #require(cctv("mlkem/\(name)-768.txt")["dk"]))
    }
    for key in keys {
      #expect(throws: (any Error).self) {
        try MLKEM768.PrivateKey(seedRepresentation: key, publicKey: nil)
      }
      #expect(throws: CryptoError(.keyRefused, "")) { try KEMKey(seed: SecretBytes(key)) }
    }
    #expect(keys.count == file.numberOfTests + 2)
  }

  @Test func `the unlucky sample of CCTV is sampled to its end`() throws {
    // The vector is older than FIPS 203: its key comes from G(d), not G(d ‖ 3), so its seed gives
    // another key, and its expanded key is not taken. What it is about, a matrix whose sampling
    // needs many blocks, is in the public key: it is read, and a secret is encapsulated to it.
    let vector = try cctv("mlkem/unluckysample-768.txt")
    let ek = try #require(vector["ek"])
    let key = try MLKEM768.PublicKey(rawRepresentation: ek)
    #expect(try key.encapsulate().encapsulated.count == vector["c"]?.count)
    let seed = try #require(vector["d"]) + #require(vector["z"])
    let other = try MLKEM768.PrivateKey(seedRepresentation: seed, publicKey: nil)
    #expect(Array(other.publicKey.rawRepresentation) != ek)
  }

  private struct XDHGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let `public`: HexBytes
      let `private`: HexBytes
      let shared: HexBytes
    }
    let tests: [Vector]
  }

  @Test func `X25519 follows Wycheproof, and X-Wing refuses a shared secret of zeros`() throws {
    let file = try Fixture.decode(Wycheproof<XDHGroup>.self, "wycheproof/x25519_test.json")
    var generator = SeededGenerator(seed: 14)
    let mlkem = Array(KEMKey.generate(using: &generator).publicKey.bytes.prefix(1184))
    var count = 0
    var zeros = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      #expect(try agree(test.private.bytes, test.public.bytes) == test.shared.bytes)
      // The library's plain X25519 hands out zeros; we use X25519 inside X-Wing only.
      guard test.shared.bytes.allSatisfy({ $0 == 0 }) else { continue }
      zeros += 1
      let weak = try KEMPublicKey(mlkem + test.public.bytes)
      #expect(throws: CryptoError(.keyRefused, ""), "\(test.tcId)") {
        try HPKESeal.seal([1], to: weak, info: [], aad: [])
      }
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0 && zeros > 0)
  }

  private func decapsulate(
    seed: [UInt8], _ ciphertext: [UInt8], ek: [UInt8]?
  ) throws -> [UInt8] {
    let key = try MLKEM768.PrivateKey(seedRepresentation: seed, publicKey: nil)
    if let ek { #expect(Array(key.publicKey.rawRepresentation) == ek) }
    return try key.decapsulate(Data(ciphertext)).withUnsafeBytes { Array($0) }
  }

  private func agree(_ secret: [UInt8], _ other: [UInt8]) throws -> [UInt8] {
    let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret)
    let publicKey = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: other)
    return try key.sharedSecretFromKeyAgreement(with: publicKey).withUnsafeBytes { Array($0) }
  }

  /// Lines of `name = hexadecimal`.
  private func cctv(_ path: String) throws -> [String: [UInt8]] {
    var fields: [String: [UInt8]] = [:]
    for line in try Fixture.text(path).split(separator: "\n") {
      let parts = line.components(separatedBy: " = ")
      if parts.count == 2 { fields[parts[0]] = Hex.decode(parts[1]) }
    }
    return fields
  }
}
