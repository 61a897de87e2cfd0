import Crypto
import Testing
import VaultCrypto
import VaultEncoding

/// Wycheproof for AES-GCM, HKDF and HMAC.
///
/// Not run, because no format uses them: chacha20_poly1305, xchacha20_poly1305.
@Suite struct SymmetricVectorTests {
  private struct AEADGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let key: HexBytes
      let iv: HexBytes
      let aad: HexBytes
      let msg: HexBytes
      let ct: HexBytes
      let tag: HexBytes
      let result: String
    }
    let ivSize: Int
    let keySize: Int
    let tests: [Vector]
  }

  @Test func `AES-256-GCM with nonces of 96 bits follows Wycheproof`() throws {
    let file = try Fixture.decode(Wycheproof<AEADGroup>.self, "wycheproof/aes_gcm_test.json")
    var count = 0
    for group in file.testGroups where group.keySize == 256 && group.ivSize == 96 {
      for test in group.tests {
        let key = SecretBytes(test.key.bytes)
        let sealed = test.iv.bytes + test.ct.bytes + test.tag.bytes
        let opened = try? ChunkAEAD.open(sealed, key: key, aad: test.aad.bytes)
        #expect(opened == (test.result == "valid" ? test.msg.bytes : nil), "\(test.tcId)")
        if test.result == "valid" {
          var nonce = ScriptedGenerator(test.iv.bytes)
          let again = try ChunkAEAD.seal(
            test.msg.bytes, key: key, aad: test.aad.bytes, using: &nonce)
          #expect(again == sealed, "\(test.tcId)")
        }
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test func `keys of 128 and 192 bits are refused, other nonces are not of our format`() throws {
    // The rest of the file: keys that our formats do not have are refused by length; nonces of
    // other lengths cannot be expressed, because a sealed message always starts with 12 bytes.
    let file = try Fixture.decode(Wycheproof<AEADGroup>.self, "wycheproof/aes_gcm_test.json")
    var count = 0
    var ours = 0
    for group in file.testGroups {
      if group.keySize == 256 && group.ivSize == 96 { ours += group.tests.count }
      for test in group.tests where group.keySize != 256 {
        #expect(throws: CryptoError(.keyRefused, "")) {
          try ChunkAEAD.open(
            test.iv.bytes + test.ct.bytes + test.tag.bytes, key: SecretBytes(test.key.bytes),
            aad: test.aad.bytes)
        }
        count += 1
      }
    }
    #expect(count > 0)
    #expect(ours > 0)
  }

  private struct HKDFGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let ikm: HexBytes
      let salt: HexBytes
      let info: HexBytes
      let size: Int
      let okm: HexBytes
      let result: String
    }
    let tests: [Vector]
  }

  @Test func `HKDF-SHA256 follows Wycheproof`() throws {
    let file = try Fixture.decode(Wycheproof<HKDFGroup>.self, "wycheproof/hkdf_sha256_test.json")
    var count = 0
    for test in file.testGroups.flatMap(\.tests) {
      count += 1
      if test.result == "valid" {
        let key = KeyDerivation.hkdf(
          secret: SecretBytes(test.ikm.bytes), salt: test.salt.bytes, info: test.info.bytes,
          length: test.size)
        #expect(key.exposedCopy() == test.okm.bytes, "\(test.tcId)")
      } else {
        // Lengths are ours, never the world's: asking for more than there is traps (below).
        #expect(test.size > KeyDerivation.lengthMax, "\(test.tcId)")
      }
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0)
  }

  @Test func `asking HKDF for more than 255 blocks is a programming error`() async {
    await #expect(processExitsWith: .failure) {
      _ = KeyDerivation.hkdf(
        secret: SecretBytes([1]), salt: [], info: [], length: KeyDerivation.lengthMax + 1)
    }
  }

  private struct MACGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let key: HexBytes
      let msg: HexBytes
      let tag: HexBytes
      let result: String
    }
    let tagSize: Int
    let tests: [Vector]
  }

  @Test func `HMAC-SHA256 follows Wycheproof`() throws {
    let file = try Fixture.decode(Wycheproof<MACGroup>.self, "wycheproof/hmac_sha256_test.json")
    var count = 0
    for group in file.testGroups {
      for test in group.tests {
        let key = SecretBytes(test.key.bytes)
        count += 1
        let isValid = test.result == "valid"
        if group.tagSize == 256 {
          #expect(Hash.isHMAC(test.tag.bytes, of: test.msg.bytes, key: key) == isValid)
        } else {
          // Our formats have no shortened tags: they are refused, and compared here as prefixes.
          #expect(!Hash.isHMAC(test.tag.bytes, of: test.msg.bytes, key: key))
          let prefix = Array(Hash.hmac(test.msg.bytes, key: key).bytes.prefix(group.tagSize / 8))
          #expect((prefix == test.tag.bytes) == isValid, "\(test.tcId)")
        }
      }
    }
    #expect(count == file.numberOfTests)
    #expect(count > 0)
  }
}
