import Testing
import VaultEncoding

@testable import Freehold

struct ManifestTests {
  private func chunk(_ number: UInt64, key: ChunkReference.Key = .epoch(3)) -> ChunkReference {
    ChunkReference(
      hash: Bytes32(words: (number, 1, 2, 3)), plainBytes: 1000, method: 1, key: key,
      location: ChunkLocation(
        pack: Bytes32(words: (number % 2, 9, 9, 9)), offset: 4096, length: 500))
  }

  private var samples: [Manifest] {
    let extents: [Manifest.Extent] = [
      .data(chunk(1)), .hole(1 << 30), .data(chunk(2, key: .explicit(.zero))), .data(chunk(3)),
    ]
    let size = extents.reduce(0) { $0 + $1.plainBytes }
    return [
      .inline([]), .inline([1, 2, 3]), Manifest(sizeBytes: size, body: .extents(extents)),
      Manifest(
        sizeBytes: 1 << 40, body: .indirect(extents: extents, contentTag: Bytes32.zero)),
    ]
  }

  @Test func `manifests come back as they were written`() throws {
    for manifest in samples {
      #expect(try Manifest(decoding: manifest.bytes) == manifest)
      #expect(Manifest.size(decoding: manifest.bytes) == manifest.sizeBytes)
    }
  }

  @Test func `every cut manifest is refused`() {
    for manifest in samples {
      for count in 0..<manifest.bytes.count {
        #expect(throws: ManifestError.self) {
          try Manifest(decoding: Array(manifest.bytes.prefix(count)))
        }
      }
    }
  }

  @Test func `every changed byte is refused or means something, and never traps`() {
    for manifest in samples {
      for index in manifest.bytes.indices {
        for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
          var bytes = manifest.bytes
          bytes[index] = value
          _ = try? Manifest(decoding: bytes)
        }
      }
    }
  }

  @Test func `extents that do not add up to the size are refused`() {
    let wrong = Manifest(sizeBytes: 5, body: .extents([.data(chunk(1))]))
    #expect(throws: ManifestError.self) { try Manifest(decoding: wrong.bytes) }
  }

  @Test func `the content tag says nothing of where the content lies`() {
    var moved = chunk(1)
    moved.location.offset = 0
    moved.key = .explicit(.zero)
    let tag = Manifest.contentTag(of: [.data(chunk(1)), .hole(7)])
    #expect(tag == Manifest.contentTag(of: [.data(moved), .hole(7)]))
    #expect(tag != Manifest.contentTag(of: [.data(chunk(2)), .hole(7)]))
    #expect(tag != Manifest.contentTag(of: [.data(chunk(1)), .hole(8)]))
  }

  @Test func `a list of extents comes back`() throws {
    let extents = (0..<1000).map { Manifest.Extent.data(chunk(UInt64($0))) }
    #expect(try Manifest.decodeExtents(Manifest.encode(extents)) == extents)
  }
}
