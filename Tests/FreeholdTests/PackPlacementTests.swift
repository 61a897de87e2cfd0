import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore

@testable import Freehold

/// Shards without a node go to nodes that hold none of their pack.
@Suite struct PackPlacementTests {
  private let nodes = (1...3).map {
    StoredNode(
      did: DID(key: Bytes32(words: (UInt64($0), 0, 0, 0))), name: "node\($0)",
      url: "https://node\($0).example", record: [], facts: [])
  }

  private func placed(among count: Int) throws -> [DID] {
    let home = try VaultHome.open(DiskPath("/home"), on: SimulatedDisk(seed: 1).start())
    let usable = nodes.prefix(count).map { PlacementNode(did: $0.did) }
    let scope = try #require(ScopeID([UInt8](repeating: 1, count: 16)))
    return try home.database.write { transaction in
      for node in nodes { try transaction.setNode(node) }
      let row = try transaction.beginPack(scope: scope, dataShards: 1, totalShards: 3)
      try transaction.sealPack(
        row, name: Bytes32(words: (9, 9, 9, 9)), length: 10,
        shards: (0..<3).map { Bytes32(words: (UInt64($0), 1, 1, 1)) })
      try transaction.place(shard: 1, of: row, on: nodes[0].did)
      let pack = try #require(try transaction.pack(row))
      return try transaction.place(pack, among: Array(usable)).shards.map(\.node)
    }
  }

  @Test func `every shard has a node of its own`() throws {
    let holders = try placed(among: 3)
    #expect(holders[1] == nodes[0].did)
    #expect(Set(holders) == Set(nodes.map(\.did)))
  }

  @Test func `with too few nodes a shard waits rather than share a node`() throws {
    let holders = try placed(among: 2)
    #expect(holders[1] == nodes[0].did)
    #expect(holders.count { $0 == nodes[1].did } == 1)
    #expect(holders.count { $0 == PackRecord.nowhere } == 1)
  }
}
