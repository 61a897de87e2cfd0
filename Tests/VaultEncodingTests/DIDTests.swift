import Testing
import VaultEncoding

@Suite struct DIDTests {
  struct Case: Decodable {
    let did: String
    let ed25519PublicHex: String
    let x25519Multibase: String
    let x25519PublicHex: String
  }

  struct Refused: Decodable {
    let did: String
    let why: String
  }

  @Test func `every did key vector is read and written`() throws {
    for fixture in try Fixture.cases("did-key/ed25519.json", of: Case.self) {
      let key = try #require(Bytes32(hex: fixture.ed25519PublicHex))
      #expect(DID(key: key).text == fixture.did)
      #expect(try DID(fixture.did).key == key)
      let exchange = try Multibase.decode(fixture.x25519Multibase)
      #expect(exchange == [0xec, 0x01] + (try hex(fixture.x25519PublicHex)))
      #expect(throws: DIDError.otherKeyType) { try DID("did:key:" + fixture.x25519Multibase) }
    }
  }

  @Test func `every refused principal is refused`() throws {
    for fixture in try Fixture.cases("did-key/refuse.json", of: Refused.self) {
      #expect(throws: DIDError.self, "\(fixture.why)") { try DID(fixture.did) }
    }
    let text = DID(key: .zero).text
    #expect(throws: DIDError.wrongLength) { try DID(text + "1") }
    #expect(throws: DIDError.otherMethod) { try DID("DID:KEY:" + text.dropFirst(8)) }
    #expect(throws: DIDError.notBase58) { try DID(text.dropLast() + "0") }
    #expect(throws: DIDError.otherMethod) { try DID("") }
  }

  @Test func `texts sort as keys do and have 56 characters`() throws {
    var generator = SeededGenerator.forTest()
    let edges = [Bytes32.zero, Bytes32([UInt8](repeating: 0xff, count: 32))].compactMap { $0 }
    let keys = edges + (0..<300).map { _ in Bytes32.generate(using: &generator) }
    for (left, right) in zip(keys, keys.dropFirst()) {
      let (one, other) = (DID(key: left), DID(key: right))
      #expect(one.text.utf8.count == DID.textBytes)
      #expect((one < other) == one.text.utf8.lexicographicallyPrecedes(other.text.utf8))
      #expect(try DID(one.text) == one)
    }
  }

  @Test func `a changed character never gives the same principal`() {
    var generator = SeededGenerator.forTest()
    let did = DID(key: .generate(using: &generator))
    for position in 0..<DID.textBytes {
      var text = Array(did.text.utf8)
      text[position] = text[position] == 0x32 ? 0x33 : 0x32
      #expect((try? DID(String(decoding: text, as: UTF8.self))) != did)
    }
  }
}
