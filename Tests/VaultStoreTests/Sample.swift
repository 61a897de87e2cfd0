import FreeholdTestKit
import VaultEncoding
import VaultStore

/// Things to put into a database.
struct Sample {
  let scope: ScopeID
  let devices: [DID]
  let nodes: [DID]

  init() {
    var generator = SeededGenerator(seed: 42)
    scope = ScopeID.generate(using: &generator)
    devices = (0..<3).map { _ in DID(key: Bytes32.generate(using: &generator)) }.sorted()
    nodes = (0..<5).map { _ in DID(key: Bytes32.generate(using: &generator)) }
  }

  func entry(_ device: Int, _ sequence: UInt64, bytes: Int = 20) -> StoredEntry {
    StoredEntry(
      scope: scope, device: devices[device], sequence: sequence,
      bytes: Array(repeating: UInt8(truncatingIfNeeded: sequence), count: bytes),
      chain: Bytes32(words: (UInt64(device), sequence, 0, 1)))
  }

  func cid(_ number: UInt8) -> CID {
    CID(codec: .dagCBOR, digest: Bytes32(words: (UInt64(number), 2, 3, 4)))
  }

  func head(_ sequence: UInt64, salt: UInt8) -> StoredHead {
    StoredHead(device: devices[0], sequence: sequence, cid: cid(salt), envelope: [salt])
  }

  func node(_ number: Int) -> StoredNode {
    StoredNode(
      did: nodes[number], name: "node \(number)", url: "https://127.0.0.1:\(number)",
      record: [UInt8(number)])
  }

  func packName(_ number: UInt64) -> Bytes32 { Bytes32(words: (number, 0, 0, 9)) }

  func shardNames(_ number: UInt64, _ count: Int) -> [Bytes32] {
    (0..<count).map { Bytes32(words: (number, UInt64($0), 0, 8)) }
  }
}
