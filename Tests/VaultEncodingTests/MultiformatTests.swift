import Testing
import VaultEncoding

@Suite struct MultiformatTests {
  struct BaseCase: Decodable {
    let encoding: String
    let inputHex: String
    let multibase: String
    let decodeOnly: Bool
  }

  struct HashCase: Decodable {
    let algorithm: String
    let bits: Int
    let inputHex: String
    let multihashHex: String
  }

  struct VarintCase: Decodable {
    let value: String?
    let hex: String
    let valid: Bool
  }

  @Test func `every multibase vector decodes and encodes`() throws {
    for fixture in try Fixture.cases("multiformats/multibase.json", of: BaseCase.self) {
      let bytes = try hex(fixture.inputHex)
      #expect(try Multibase.decode(fixture.multibase) == bytes, "\(fixture.multibase)")
      let base = try #require(Multibase.Base.allCases.first { "\($0)" == fixture.encoding })
      if !fixture.decodeOnly {
        #expect(Multibase.encode(bytes, as: base) == fixture.multibase)
      }
    }
  }

  @Test func `random bytes come back in every base`() throws {
    var generator = SeededGenerator.forTest()
    for base in Multibase.Base.allCases {
      for count in 0..<70 {
        let bytes = [UInt8](repeating: 0, count: count % 3) + generator.bytes(count)
        #expect(try Multibase.decode(Multibase.encode(bytes, as: base)) == bytes, "\(base)")
      }
    }
    #expect(Multibase.encodeIdentity([]) == "\0")
    #expect(try Multibase.decode("\0yes") == Array("yes".utf8))
    #expect(Multibase.encodeIdentity([0xff]) == nil)
  }

  @Test(arguments: [
    ("", MultibaseError.empty), ("?abc", .unknownBase), ("🚀abc", .unknownBase),
    ("fé0", .invalidCharacter), ("f0", .invalidLength), ("f012", .invalidLength),
    ("b1", .invalidCharacter), ("ba", .invalidLength), ("bab", .notCanonical),
    ("bmy======", .invalidCharacter), ("cmy", .invalidLength), ("cmy=====", .invalidLength),
    ("c========", .invalidLength), ("MAA=", .invalidLength), ("7777", .notCanonical),
    ("MA===", .invalidLength),
    ("MAB==", .notCanonical), ("uA", .invalidLength), ("uAB", .notCanonical),
    ("u+/", .invalidCharacter), ("z0", .invalidCharacter), ("9a", .invalidCharacter),
    ("02", .invalidCharacter), ("01", .invalidLength), ("71", .invalidLength),
  ])
  func `text that is no canonical multibase is refused`(text: String, error: MultibaseError) {
    #expect(throws: error, "\(text)") { try Multibase.decode(text) }
  }

  @Test func `quadratic bases have a longest text`() {
    let text = "z" + String(repeating: "2", count: 5000)
    #expect(throws: MultibaseError.tooLong) { try Multibase.decode(text) }
  }

  @Test func `every multihash vector is taken apart and put together`() throws {
    let codes: [String: UInt64] = ["sha1": 0x11, "sha2-256": 0x12, "sha2-512": 0x13]
    for fixture in try Fixture.cases("multiformats/multihash.json", of: HashCase.self) {
      let bytes = try hex(fixture.multihashHex)
      let multihash = try Multihash(decoding: bytes)
      #expect(multihash.code == codes[fixture.algorithm])
      #expect(multihash.digest.count * 8 == fixture.bits)
      #expect(multihash.bytes == bytes)
      #expect(Multihash(code: multihash.code, digest: multihash.digest) == multihash)
      if multihash.code == Multihash.sha256Code {
        let digest = ReferenceSHA256.digest(try hex(fixture.inputHex))
        #expect(digest.bytes.starts(with: multihash.digest))
      }
    }
  }

  @Test func `a multihash that is not whole is refused`() throws {
    #expect(throws: MultihashError.varint(.truncated)) { try Multihash(decoding: []) }
    #expect(throws: MultihashError.varint(.truncated)) { try Multihash(decoding: [0x12]) }
    #expect(throws: MultihashError.truncated) { try Multihash(decoding: [0x12, 2, 0]) }
    #expect(throws: MultihashError.trailingBytes) { try Multihash(decoding: [0x12, 1, 0, 0]) }
    #expect(throws: MultihashError.digestTooLong) { try Multihash(decoding: [0x12, 0x81, 0x01]) }
    let huge: [UInt8] = [0x12] + [UInt8](repeating: 0xff, count: 8) + [0x7f]
    #expect(throws: MultihashError.digestTooLong) { try Multihash(decoding: huge) }
    #expect(Multihash(code: 0, digest: [UInt8](repeating: 0, count: 129)) == nil)
  }

  @Test func `every varint vector is read or refused`() throws {
    for fixture in try Fixture.cases("multiformats/varint.json", of: VarintCase.self) {
      let bytes = try hex(fixture.hex)
      if fixture.valid {
        let value = try #require(fixture.value.flatMap { UInt64($0) })
        #expect(try Varint.decode(bytes) == value)
        #expect(Varint.encode(value) == bytes)
      } else {
        #expect(throws: VarintError.self, "\(fixture.hex)") { try Varint.decode(bytes) }
      }
    }
    #expect(Varint.encode(Varint.valueMax)?.count == Varint.bytesMax)
    #expect(Varint.encode(Varint.valueMax + 1) == nil)
    #expect(throws: VarintError.trailingBytes) { try Varint.decode([1, 1]) }
  }

  @Test func `every varint of one or two bytes is refused or is canonical`() {
    for first in UInt8.min...UInt8.max {
      for bytes in [[first]] + (UInt8.min...UInt8.max).map({ [first, $0] }) {
        guard let value = try? Varint.decode(bytes) else { continue }
        #expect(Varint.encode(value) == bytes)
      }
    }
  }
}
