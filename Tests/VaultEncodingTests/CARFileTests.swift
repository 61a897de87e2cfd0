import Foundation
import Testing
import VaultEncoding

@Suite struct CARFileTests {
  struct Case: Decodable {
    struct Block: Decodable {
      let cid: String
      let dataHex: String
    }

    let name: String
    let hex: String
    let roots: [String]
    let blocks: [Block]
  }

  struct Refused: Decodable {
    let name: String
    let hex: String
  }

  private func read(_ bytes: [UInt8], limits: CARLimits = .standard) throws(CARError) -> CARFile {
    try CARFile(decoding: bytes, limits: limits, sha256: ReferenceSHA256.digest)
  }

  @Test func `every CAR vector is read and written`() throws {
    for fixture in try Fixture.cases("car/valid.json", of: Case.self) {
      let bytes = try hex(fixture.hex)
      let file = try read(bytes)
      #expect(file.roots == (try fixture.roots.map { try AnyCID($0) }), "\(fixture.name)")
      #expect(file.blocks.map(\.cid) == (try fixture.blocks.map { try AnyCID($0.cid) }))
      #expect(file.blocks.map { Hex.encode($0.data) } == fixture.blocks.map(\.dataHex))
      #expect(file.encode() == bytes, "\(fixture.name)")
    }
  }

  @Test func `the basic fixture of the specification is read and written`() throws {
    let bytes = try Fixture.bytes("car/carv1-basic.car")
    let file = try read(bytes)
    #expect(file.encode() == bytes)
    let object = try JSONSerialization.jsonObject(
      with: Data(Fixture.bytes("car/carv1-basic.json")))
    let expected = try #require(object as? [String: Any])
    func link(_ value: Any?) throws -> AnyCID {
      try AnyCID(try #require((value as? [String: Any])?["/"] as? String))
    }
    let roots = try #require((expected["header"] as? [String: Any])?["roots"] as? [Any])
    #expect(file.roots == (try roots.map { try link($0) }))
    let blocks = try #require(expected["blocks"] as? [[String: Any]])
    #expect(blocks.count == file.blocks.count)
    for (block, description) in zip(file.blocks, blocks) {
      #expect(block.cid == (try link(description["cid"])))
      #expect(block.data.count == description["blockLength"] as? Int)
      let offset = try #require(description["blockOffset"] as? Int)
      #expect(Array(bytes[offset..<(offset + block.data.count)]) == block.data)
    }
  }

  @Test func `every refused CAR is refused`() throws {
    let errors: [String: CARError] = [
      "empty file": .section(.truncated), "header length 0": .emptySection,
      "block length past the end": .section(.truncated), "data does not match the CID": .wrongData,
      "version 2 header": .unsupportedVersion, "header not a map": .headerShape,
      "huge length varint": .section(.overLimit),
      "non-minimal length varint": .section(.notShortest),
    ]
    for fixture in try Fixture.cases("car/refuse.json", of: Refused.self) {
      let error = #expect(throws: CARError.self, "\(fixture.name)") {
        _ = try read(hex(fixture.hex))
      }
      if let expected = errors[fixture.name] { #expect(error == expected, "\(fixture.name)") }
    }
  }

  @Test func `a block of a hash that cannot be checked is refused and identity is compared`() throws
  {
    func file(code: UInt64, digest: [UInt8], data: [UInt8]) throws -> [UInt8] {
      let hash = try #require(Multihash(code: code, digest: digest))
      let cid = try AnyCID(bytes: [0x01, 0x55] + hash.bytes)
      return CARFile(roots: [], blocks: [CARFile.Block(cid: cid, data: data)]).encode()
    }
    _ = try read(file(code: Multihash.identityCode, digest: [1, 2], data: [1, 2]))
    #expect(throws: CARError.wrongData) {
      try read(file(code: Multihash.identityCode, digest: [1, 2], data: [1, 3]))
    }
    #expect(throws: CARError.unsupportedHash) {
      try read(file(code: 0x11, digest: [1, 2], data: [1, 2]))
    }
    #expect(throws: CARError.wrongData) {
      try read(file(code: Multihash.sha256Code, digest: [], data: [1, 2]))
    }
  }

  @Test func `each limit is exact`() throws {
    let bytes = try Fixture.bytes("car/carv1-basic.car")
    func limits(bytes: Int = 715, header: Int = 99, block: Int = 132, blocks: Int = 8) -> CARLimits
    {
      CARLimits(bytesMax: bytes, headerBytesMax: header, blockBytesMax: block, blocksMax: blocks)
    }
    _ = try read(bytes, limits: limits())
    for tight in [
      limits(bytes: 714), limits(header: 97), limits(block: 130), limits(blocks: 7),
    ] {
      #expect(throws: CARError.self) { try read(bytes, limits: tight) }
    }
  }

  @Test func `mutated files never trap`() throws {
    var generator = SeededGenerator.forTest()
    let original = try Fixture.bytes("car/carv1-basic.car")
    for _ in 0..<500 {
      var bytes = original
      bytes[generator.number(below: bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
      if let file = try? read(bytes) { #expect(file.encode() == bytes) }
      _ = try? read(Array(original.prefix(generator.number(below: original.count))))
    }
  }
}
