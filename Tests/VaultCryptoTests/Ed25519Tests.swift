import Crypto
import Foundation
import Testing
import VaultCrypto
import VaultEncoding

@Suite struct Ed25519Tests {
  private struct Group: Decodable {
    struct PublicKey: Decodable { let pk: HexBytes }
    struct Vector: Decodable {
      let tcId: Int
      let msg: HexBytes
      let sig: HexBytes
      let result: String
    }
    let publicKey: PublicKey
    let tests: [Vector]
  }

  @Test func `Wycheproof's signatures are judged as its authors say`() throws {
    let file = try Fixture.decode(Wycheproof<Group>.self, "wycheproof/ed25519_test.json")
    var count = 0
    for group in file.testGroups {
      let did = DID(key: try #require(Bytes32(group.publicKey.pk.bytes)))
      for test in group.tests {
        #expect(
          did.verifies(test.sig.bytes, over: test.msg.bytes) == (test.result == "valid"),
          "Wycheproof \(test.tcId)")
        count += 1
      }
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0)
  }

  @Test func `a signature with S raised by the group order is refused`() throws {
    var generator = SeededGenerator(seed: 1)
    let key = SigningKey.generate(using: &generator)
    let message = Array("freehold".utf8)
    let signature = key.sign(message)
    #expect(key.did.verifies(signature, over: message))
    #expect(!key.did.verifies(addingOrder(to: signature), over: message))
  }

  @Test func `a key of small order is refused though its equation holds`() throws {
    // With the neutral element as key, R = the neutral element and S = 0 satisfy the equation
    // for every message. The library below accepts it; we must not.
    let neutral = [1] + [UInt8](repeating: 0, count: 31)
    let signature = neutral + [UInt8](repeating: 0, count: 32)
    let library = try Curve25519.Signing.PublicKey(rawRepresentation: neutral)
    #expect(library.isValidSignature(signature, for: Data("any".utf8)))
    let did = DID(key: try #require(Bytes32(neutral)))
    #expect(!did.verifies(signature, over: Array("any".utf8)))
  }

  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ])
  func `no message is signed by a key of small order or in a second spelling`(
    hex: String
  ) throws {
    let did = DID(key: try #require(Bytes32(hex: hex)))
    // Small order: with S = 0 and R any small-order point some messages would verify.
    for r in [[1] + [UInt8](repeating: 0, count: 31), did.key.bytes] {
      for message in 0..<16 as Range<UInt8> {
        #expect(!did.verifies(r + [UInt8](repeating: 0, count: 32), over: [message]))
      }
    }
  }

  @Test func `a signature of another length is refused`() {
    var generator = SeededGenerator(seed: 2)
    let key = SigningKey.generate(using: &generator)
    let signature = key.sign([1])
    #expect(!key.did.verifies([], over: [1]))
    #expect(!key.did.verifies(Array(signature.dropLast()), over: [1]))
    #expect(!key.did.verifies(signature + [0], over: [1]))
  }

  @Test func `a seed of another length is refused`() {
    for count in [0, 31, 33, 64] {
      #expect(throws: CryptoError(.keyRefused, "")) {
        try SigningKey(seed: SecretBytes([UInt8](repeating: 7, count: count)))
      }
    }
  }

  @Test func `one seed gives one key and one signature`() throws {
    var generator = SeededGenerator(seed: 3)
    let key = SigningKey.generate(using: &generator)
    let again = try SigningKey(seed: SecretBytes(key.seed.exposedCopy()))
    #expect(again.did == key.did)
    #expect(again.sign([1, 2, 3]) == key.sign([1, 2, 3]))
  }

  /// The same signature with S + L for S, the classic malleable twin.
  private func addingOrder(to signature: [UInt8]) -> [UInt8] {
    let order: [UInt8] =
      [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14,
      ] + [UInt8](repeating: 0, count: 15) + [0x10]
    var twin = signature
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      twin[32 + index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    return twin
  }
}
