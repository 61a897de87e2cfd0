import Testing
import VaultCrypto
import VaultEncoding

@Suite struct HashTests {
  @Test func `SHA-256 is the one of FIPS 180`() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Hash.sha256(Array("abc".utf8)).hex == abc)
    #expect(Hash.sha256(Array("xabcx".utf8)[1..<4]).hex == abc)
    var hasher = Hasher256()
    hasher.update(Array("a".utf8))
    _ = hasher.digest()
    hasher.update(Array("xbc".utf8)[1...])
    #expect(hasher.digest().hex == abc)
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(Hash.sha256([]).hex == empty)
    #expect(Hasher256().digest().hex == empty)
  }

  @Test func `a labelled hash puts a zero byte behind the label`() {
    let joined = Hash.sha256(Array("vault/v1/feed".utf8) + [0, 1, 2, 3])
    #expect(Hash.labelled("vault/v1/feed", [1], [2, 3]) == joined)
  }

  @Test func `a content identifier is the hash with its codec`() {
    let bytes: [UInt8] = [0xa0]
    let cid = CID.of(bytes, codec: .dagCBOR)
    #expect(cid.bytes == [0x01, 0x71, 0x12, 0x20] + Hash.sha256(bytes).bytes)
  }
}
