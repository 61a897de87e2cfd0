import Testing
import VaultEncoding

@Suite struct CIDTests {
  struct Case: Decodable {
    let text: String
    let version: Int
    let codecCode: UInt64
    let hashCode: UInt64
    let digestHex: String
    let bytesHex: String
    let base32V1: String?
    let base58btcV1: String?
  }

  struct Refused: Decodable {
    let text: String
    let why: String
  }

  @Test func `every CID vector is taken apart and put together`() throws {
    for fixture in try Fixture.cases("multiformats/cid.json", of: Case.self) {
      let cid = try AnyCID(fixture.text)
      #expect(cid.version == fixture.version)
      #expect(cid.codec == fixture.codecCode)
      #expect(cid.multihash.code == fixture.hashCode)
      #expect(Hex.encode(cid.multihash.digest) == fixture.digestHex)
      #expect(Hex.encode(cid.bytes) == fixture.bytesHex)
      #expect(try AnyCID(bytes: hex(fixture.bytesHex)) == cid)
      #expect(cid.text == fixture.base58btcV1 ?? fixture.text)
      if let text = fixture.base32V1 { #expect(try AnyCID(text) == cid) }
      let isOwn =
        fixture.version == 1 && fixture.hashCode == 0x12
        && CID.Codec.allCases.contains { UInt64($0.rawValue) == fixture.codecCode }
      #expect((cid.cid != nil) == isOwn)
      #expect((try? CID(fixture.text)) == cid.cid)
      if let own = cid.cid {
        #expect(own.bytes == cid.bytes)
        #expect(own.text == fixture.base58btcV1)
        #expect(AnyCID(own) == cid)
      }
    }
  }

  @Test func `every refused CID is refused`() throws {
    for fixture in try Fixture.cases("multiformats/cid-refuse.json", of: Refused.self) {
      #expect(throws: CIDError.self, "\(fixture.why)") { try AnyCID(fixture.text) }
      #expect(throws: CIDError.self, "\(fixture.why)") { try CID(fixture.text) }
    }
  }

  @Test func `our own CIDs are refused in any other form`() throws {
    let cid = CID(codec: .raw, digest: .zero)
    let bytes = cid.bytes
    func error(_ bytes: [UInt8]) -> CIDError? {
      do {
        _ = try CID(bytes: bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(bytes.dropLast()) == .wrongLength)
    #expect(error(bytes + [0]) == .wrongLength)
    #expect(error([0x02] + bytes.dropFirst()) == .unsupportedVersion)
    #expect(error([0x01, 0x70] + bytes.dropFirst(2)) == .unsupportedCodec)
    #expect(error([0x01, 0x55, 0x13] + bytes.dropFirst(3)) == .unsupportedHash)
    #expect(error([0x01, 0x55, 0x12, 0x1f] + bytes.dropFirst(4)) == .unsupportedHash)
    let base32 = Multibase.encode(bytes, as: .base32)
    #expect(try CID(base32) == cid)
    #expect(throws: CIDError.multibase(.notCanonical)) {
      try CID("b" + base32.dropFirst().uppercased())
    }
    #expect(throws: CIDError.unsupportedBase) { try CID(Multibase.encode(bytes, as: .base32upper)) }
    #expect(throws: CIDError.unsupportedBase) { try CID("") }
    #expect(throws: CIDError.wrongLength) { try CID(String(repeating: "z", count: 65)) }
  }

  @Test func `version 0 has one text`() throws {
    let bytes = [0x12, 0x20] + Bytes32.zero.bytes
    let cid = try AnyCID(bytes: bytes)
    #expect(cid.version == 0)
    #expect(try AnyCID(cid.text) == cid)
    #expect(throws: CIDError.unsupportedBase) {
      try AnyCID(Multibase.encode(bytes, as: .base58btc))
    }
  }

  @Test func `order is the order of the bytes`() {
    var generator = SeededGenerator.forTest()
    for _ in 0..<500 {
      let pair = (0..<2).map { _ in
        CID(
          codec: generator.number(below: 2) == 0 ? .raw : .dagCBOR,
          digest: .generate(using: &generator))
      }
      #expect((pair[0] < pair[1]) == pair[0].bytes.lexicographicallyPrecedes(pair[1].bytes))
    }
  }

  @Test func `mutated CIDs never trap`() throws {
    var generator = SeededGenerator.forTest()
    for _ in 0..<3000 {
      var bytes = CID(codec: .dagCBOR, digest: .generate(using: &generator)).bytes
      bytes[generator.number(below: 5)] = UInt8(truncatingIfNeeded: generator.next())
      bytes.removeLast(generator.number(below: 3))
      if let cid = try? AnyCID(bytes: bytes) {
        #expect(cid.bytes == bytes)
        #expect(try AnyCID(cid.text) == cid)
      }
    }
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max { _ = try? AnyCID(bytes: [first, second]) }
    }
  }
}
