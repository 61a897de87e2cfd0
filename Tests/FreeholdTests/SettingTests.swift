import Testing
import VaultCRDT
import VaultEncoding
import VaultPacking

@testable import Freehold

struct SettingTests {
  @Test func `a pack's record comes back as it was written`() throws {
    let record = PackRecord(
      packBytes: 16 << 20, needed: 2,
      shards: (0..<3).map {
        PackRecord.Shard(
          name: ShardName(root: Bytes32(words: ($0, 0, 0, 0))),
          node: DID(key: Bytes32(words: ($0, 1, 1, 1))))
      })
    #expect(PackRecord(decoding: record.bytes) == record)
    for count in 0..<record.bytes.count {
      #expect(PackRecord(decoding: Array(record.bytes.prefix(count))) == nil)
    }
  }

  @Test func `redundancy is bounded`() {
    #expect(Redundancy(needed: 2, total: 3)?.description == "2/3")
    for (needed, total) in [(0, 1), (2, 1), (1, 33), (-1, 2)] {
      #expect(Redundancy(needed: needed, total: total) == nil)
    }
    #expect(Redundancy(needed: 3, total: 5).flatMap { Redundancy(decoding: $0.bytes) }?.total == 5)
    #expect(Redundancy(decoding: [1, 2, 3]) == nil)
  }

  @Test(arguments: [
    (0, "1/1"), (1, "1/1"), (2, "1/2"), (3, "2/3"), (4, "2/3"), (5, "3/5"), (9, "3/5"),
  ])
  func `the usual redundancy follows the number of nodes`(_ nodes: Int, _ expected: String) {
    #expect(Redundancy.suiting(nodeCount: nodes).description == expected)
  }

  @Test func `problems survive being kept`() {
    let problem = Problem(.danger, .tampered, "node1 lies", hint: "look", node: DID(key: .zero))
    #expect(Problem(decoding: problem.bytes) == problem)
    #expect(Problem(decoding: [0]) == nil)
  }

  @Test func `object keys come back as objects, and only those that were given`() {
    var keys = ObjectKeys()
    let objects = (0..<3).map {
      ObjectID(replica: Bytes32(words: ($0, 5, 5, 5)), counter: $0 * 7)
    }
    let given = objects.map { keys.key($0) }
    #expect(given.map { keys.object($0) } == objects)
    #expect(keys.key(.root) == ObjectKeys.root)
    let again = ObjectKeys(decoding: keys.bytes)
    #expect(given.map { again.object($0) } == objects)
    #expect(ObjectKeys().object(given[0]) == nil)
  }

  @Test func `a typed path is names, and never leads out`() throws {
    #expect(try VaultPath(Array("/a//b/./c".utf8)).names.count == 3)
    #expect(try VaultPath(Array("/".utf8)) == .root)
    #expect(throws: FreeholdError.self) { try VaultPath(Array("a/../b".utf8)) }
  }
}
