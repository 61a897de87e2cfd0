import Testing
import VaultCrypto
import VaultEncoding

@Suite struct MerkleTests {
  private struct Vector: Decodable {
    struct Proof: Decodable {
      let index: UInt64
      let leafHash: String
      let leafLen: Int?
      let leafCount: UInt64?
      let path: [String]
      let root: String?
      let why: String?
    }
    let name: String
    let length: Int
    let leafCount: UInt64
    let sha256: String
    let root: String
    let proofs: [Proof]
    let refuse: [Proof]
  }

  private static func data(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7 &+ ($0 >> 8) &* 13) }
  }

  @Test func `roots and proofs are those of the vectors`() throws {
    let cases = try Fixture.decode(Cases<Vector>.self, "merkle-audit/tree4k.json").cases
    var proofs = 0
    for vector in cases {
      let data = Self.data(vector.length)
      let root = try #require(Bytes32(hex: vector.root))
      #expect(Hash.sha256(data).hex == vector.sha256, "\(vector.name)")
      #expect(Merkle.leafCount(ofLength: UInt64(vector.length)) == vector.leafCount)
      #expect(Merkle.root(of: data) == root, "\(vector.name)")
      #expect(Merkle.root(ofLeafHashes: Merkle.leafHashes(of: data)) == root)
      for proof in vector.proofs {
        let path = try #require(Merkle.proof(forLeaf: proof.index, of: data))
        #expect(path.map(\.hex) == proof.path, "\(vector.name) leaf \(proof.index)")
        let start = Int(proof.index) * Merkle.leafBytes
        let leaf = Array(data[start..<min(start + Merkle.leafBytes, data.count)])
        #expect(leaf.count == proof.leafLen)
        #expect(Merkle.leafHash(leaf).hex == proof.leafHash)
        #expect(
          Merkle.verifies(
            leaf: leaf, index: proof.index, leafCount: vector.leafCount, path: path, root: root))
        proofs += 1
      }
    }
    #expect(proofs > 0)
  }

  @Test func `the proofs to refuse are refused`() throws {
    let cases = try Fixture.decode(Cases<Vector>.self, "merkle-audit/tree4k.json").cases
    var count = 0
    for vector in cases {
      for proof in vector.refuse {
        let isAccepted = Merkle.verifies(
          leafHash: try #require(Bytes32(hex: proof.leafHash)), index: proof.index,
          leafCount: proof.leafCount ?? vector.leafCount,
          path: try proof.path.map { try #require(Bytes32(hex: $0)) },
          root: try #require(Bytes32(hex: proof.root ?? vector.root)))
        #expect(!isAccepted, "\(vector.name): \(proof.why ?? "")")
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test(arguments: [61, 62, 63] as [UInt64])
  func `a root does not depend on how the bytes arrive`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let data = generator.nextBytes(Int(generator.next() % 60_000))
      var hasher = MerkleHasher()
      var start = 0
      while start < data.count {
        let end = min(data.count, start + 1 + Int(generator.next() % 9000))
        hasher.update(data[start..<end])
        start = end
        if generator.next() % 8 == 0 { _ = hasher.root() }
      }
      #expect(hasher.root() == slowRoot(data[...]))
      #expect(Merkle.root(of: data) == slowRoot(data[...]))
    }
  }

  @Test func `every leaf of every small tree has a proof, and no other place accepts it`() throws {
    var generator = SeededGenerator(seed: 62)
    for leafCount in 1...33 {
      let data = generator.nextBytes((leafCount - 1) * Merkle.leafBytes + 100)
      let hashes = Merkle.leafHashes(of: data)
      let root = Merkle.root(of: data)
      for index in hashes.indices {
        let path = try #require(Merkle.proof(forLeaf: UInt64(index), leafHashes: hashes))
        for place in 0..<(leafCount + 2) {
          let isAccepted = Merkle.verifies(
            leafHash: hashes[index], index: UInt64(place), leafCount: UInt64(leafCount),
            path: path, root: root)
          #expect(isAccepted == (place == index))
        }
      }
    }
  }

  @Test func `a leaf of the wrong length is refused`() throws {
    let data = Self.data(2 * Merkle.leafBytes)
    let root = Merkle.root(of: data)
    let path = try #require(Merkle.proof(forLeaf: 0, of: data))
    let leaf = Array(data.prefix(Merkle.leafBytes))
    func accepts(_ leaf: [UInt8], _ count: UInt64 = 2) -> Bool {
      Merkle.verifies(leaf: leaf, index: 0, leafCount: count, path: path, root: root)
    }
    #expect(accepts(leaf))
    #expect(!accepts(Array(leaf.dropLast())))
    #expect(!accepts(leaf + [0]))
    #expect(!accepts([]))
    #expect(!accepts(leaf, 0))
    #expect(Merkle.proof(forLeaf: 2, of: data) == nil)
  }

  @Test func `a hostile proof does not trap`() {
    let long = [Bytes32](repeating: .zero, count: 1000)
    for count in [0, 1, 2, UInt64.max] {
      for index in [0, 1, UInt64.max - 1, UInt64.max] {
        #expect(
          !Merkle.verifies(
            leafHash: .zero, index: index, leafCount: count, path: long, root: .zero))
      }
    }
  }

  /// The tree as RFC 9162 writes it down, on raw bytes.
  private func slowRoot(_ data: ArraySlice<UInt8>) -> Bytes32 {
    let leaves = max(1, (data.count + Merkle.leafBytes - 1) / Merkle.leafBytes)
    if leaves == 1 { return Hash.sha256([0] + data) }
    var split = 1
    while split * 2 < leaves { split *= 2 }
    let left = slowRoot(data.prefix(split * Merkle.leafBytes))
    let right = slowRoot(data.dropFirst(split * Merkle.leafBytes))
    return Hash.sha256([1] + left.bytes + right.bytes)
  }
}
