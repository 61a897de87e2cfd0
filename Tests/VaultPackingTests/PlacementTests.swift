import Testing
import VaultEncoding

@testable import VaultPacking

struct PlacementTests {
  private func nodes(
    _ count: Int, _ generator: inout Seeded, weights: [UInt32] = [1], operators: Int? = nil,
    regions: Int? = nil
  ) -> [PlacementNode] {
    (0..<count).map { index in
      PlacementNode(
        did: generator.did(), weight: weights[index % weights.count],
        region: regions.map { "region \(index % $0)" },
        operatorName: operators.map { "operator \(index % $0)" })
    }
  }

  @Test func `a choice has one node for each shard and no node twice`() {
    var generator = Seeded(1)
    let nodes = nodes(9, &generator, weights: [1, 3])
    for _ in 0..<50 {
      let choice = Placement.choose(pack: generator.bytes32(), shards: 5, among: nodes)
      #expect(choice.nodes.compactMap(\.self).count == 5)
      #expect(Set(choice.nodes).count == 5)
      #expect(choice.relaxations.isEmpty)
      #expect(choice.shardsOfOneOperatorMax == 1)
    }
  }

  @Test func `the order of the nodes does not matter`() {
    var generator = Seeded(2)
    var nodes = nodes(12, &generator, weights: [1, 2, 5], operators: 7, regions: 3)
    let packs = (0..<20).map { _ in generator.bytes32() }
    let before = packs.map { Placement.choose(pack: $0, shards: 5, among: nodes) }
    for last in nodes.indices.reversed() { nodes.swapAt(last, generator.below(last + 1)) }
    #expect(packs.map { Placement.choose(pack: $0, shards: 5, among: nodes) } == before)
  }

  @Test func `a known pack goes to known nodes`() throws {
    let nodes = try (0..<8).map { number in
      PlacementNode(
        did: DID(key: try #require(Bytes32([UInt8](repeating: UInt8(number), count: 32)))),
        weight: UInt32(number + 1))
    }
    let found = try (0..<4).map { number in
      let pack = try #require(Bytes32([UInt8](repeating: UInt8(100 + number), count: 32)))
      return Placement.choose(pack: pack, shards: 3, among: nodes).nodes.map { node in
        nodes.firstIndex { $0.did == node }
      }
    }
    #expect(found == [[1, 4, 5], [4, 7, 3], [3, 7, 5], [6, 7, 3]])
  }

  @Test(arguments: [5, 10, 30])
  func `a new node takes its share and nothing else moves`(count: Int) {
    var generator = Seeded(UInt64(count))
    let nodes = nodes(count, &generator)
    let more = nodes + [PlacementNode(did: generator.did())]
    let newcomer = more[count].did
    var moved = 0
    for _ in 0..<300 {
      let pack = generator.bytes32()
      let before = Placement.choose(pack: pack, shards: 3, among: nodes)
      let (after, moves) = Placement.adjust(before.nodes, pack: pack, shards: 3, among: more)
      #expect(moves.count <= 1)
      #expect(moves.allSatisfy { $0.to == newcomer })
      #expect(Set(after.nodes) == Set(Placement.choose(pack: pack, shards: 3, among: more).nodes))
      moved += moves.count
      let (_, back) = Placement.adjust(after.nodes, pack: pack, shards: 3, among: nodes)
      #expect(back.count == moves.count)
    }
    // 300 · 3 / (count + 1) shards on average; five standard deviations of slack.
    let mean = 900 / Double(count + 1)
    #expect(abs(Double(moved) - mean) < 5 * mean.squareRoot())
  }

  @Test func `a node that goes moves its own shards only`() {
    var generator = Seeded(7)
    let nodes = nodes(10, &generator, weights: [1, 2])
    for _ in 0..<200 {
      let pack = generator.bytes32()
      let before = Placement.choose(pack: pack, shards: 4, among: nodes)
      let gone = nodes[generator.below(10)].did
      let left = nodes.filter { $0.did != gone }
      let (_, moves) = Placement.adjust(before.nodes, pack: pack, shards: 4, among: left)
      #expect(moves.allSatisfy { $0.from == gone })
      #expect(moves.count == before.nodes.count { $0 == gone })
    }
  }

  @Test func `nodes get shards by their weight`() {
    var generator = Seeded(8)
    let nodes = nodes(12, &generator, weights: [1, 2, 3])
    var counts: [DID: Int] = [:]
    for _ in 0..<3_000 {
      for node in Placement.choose(pack: generator.bytes32(), shards: 1, among: nodes).nodes {
        if let node { counts[node, default: 0] += 1 }
      }
    }
    for node in nodes {
      let mean = 3_000 * Double(node.weight) / 24
      #expect(abs(Double(counts[node.did] ?? 0) - mean) < 5 * mean.squareRoot())
    }
  }

  @Test func `a draining node gets nothing`() {
    var generator = Seeded(9)
    let nodes = nodes(6, &generator, weights: [1, 1, 0])
    let choice = Placement.choose(pack: generator.bytes32(), shards: 4, among: nodes)
    #expect(!choice.nodes.contains(nodes[2].did))
    #expect(!choice.nodes.contains(nodes[5].did))
    #expect(choice.relaxations.isEmpty)
  }

  @Test func `too few nodes leave shards without a place and say so`() {
    var generator = Seeded(10)
    let nodes = nodes(3, &generator)
    let choice = Placement.choose(pack: generator.bytes32(), shards: 5, among: nodes)
    #expect(choice.nodes.count == 5)
    #expect(Set(choice.nodes.prefix(3)) == Set(nodes.map(\.did)))
    #expect(choice.nodes.suffix(2) == [nil, nil])
    #expect(choice.relaxations == [.tooFewNodes(wanted: 5, available: 3)])
    let none = Placement.choose(pack: generator.bytes32(), shards: 2, among: [])
    #expect(none.nodes == [nil, nil])
  }

  @Test func `shards go to different operators as long as there are enough`() {
    var generator = Seeded(11)
    let nodes = nodes(15, &generator, operators: 5)
    let operators = Dictionary(uniqueKeysWithValues: nodes.map { ($0.did, $0.operatorName) })
    for _ in 0..<50 {
      let choice = Placement.choose(pack: generator.bytes32(), shards: 5, among: nodes)
      #expect(Set(choice.nodes.compactMap { $0.flatMap { operators[$0] } }).count == 5)
      #expect(choice.shardsOfOneOperatorMax == 1)
      #expect(choice.relaxations.isEmpty)
    }
  }

  @Test func `with too few operators each gets as few shards as possible`() {
    var generator = Seeded(12)
    let nodes = nodes(12, &generator, operators: 3)
    for _ in 0..<50 {
      let choice = Placement.choose(pack: generator.bytes32(), shards: 5, among: nodes)
      #expect(Set(choice.nodes).count == 5)
      #expect(choice.shardsOfOneOperatorMax == 2)
      #expect(choice.relaxations == [.operatorsShare(shardsEach: 2)])
    }
  }

  @Test func `names are compared by their bytes`() {
    var generator = Seeded(13)
    // One spelling composed, one decomposed: equal strings, different operators.
    let names = ["caf\u{e9}", "cafe\u{301}"]
    let nodes = names.map { PlacementNode(did: generator.did(), operatorName: $0) }
    let choice = Placement.choose(pack: generator.bytes32(), shards: 2, among: nodes)
    #expect(choice.relaxations.isEmpty)
  }

  @Test func `regions share evenly where they can`() {
    var generator = Seeded(14)
    let nodes = nodes(12, &generator, regions: 3)
    for _ in 0..<50 {
      let choice = Placement.choose(pack: generator.bytes32(), shards: 6, among: nodes)
      #expect(choice.shardsInOneRegionMax == 2)
      #expect(choice.relaxations.isEmpty)
    }
    let uneven = nodes.prefix(5) + nodes.dropFirst(5).filter { $0.region == "region 0" }
    let choice = Placement.choose(pack: generator.bytes32(), shards: 6, among: Array(uneven))
    #expect(choice.shardsInOneRegionMax == 3)
    #expect(choice.relaxations == [.regionsUneven(shardsEach: 3, evenShare: 2)])
  }

  @Test func `a corner is seen before walking into it`() {
    var generator = Seeded(15)
    // Operator A in both regions, operator B in the first only: taking A there leaves B no place.
    let nodes = [("A", "one"), ("A", "two"), ("B", "one")].map { name, region in
      PlacementNode(did: generator.did(), region: region, operatorName: name)
    }
    for _ in 0..<50 {
      let choice = Placement.choose(pack: generator.bytes32(), shards: 2, among: nodes)
      #expect(Set(choice.nodes) == [nodes[1].did, nodes[2].did])
      #expect(choice.relaxations.isEmpty)
    }
  }

  @Test(arguments: 0..<150) func `the choice is the best allowed one`(seed: Int) {
    var generator = Seeded(1_000 + UInt64(seed))
    let nodes = (0..<1 + generator.below(8)).map { _ in
      PlacementNode(
        did: generator.did(), weight: UInt32(1 + generator.below(3)),
        region: ["north", "south", nil][generator.below(3)],
        operatorName: ["A", "B", "C", nil][generator.below(4)])
    }
    let pack = generator.bytes32()
    let shards = 1 + generator.below(5)
    let choice = Placement.choose(pack: pack, shards: shards, among: nodes)
    let expected = Exhaustive.best(pack: pack, shards: shards, among: nodes)
    #expect(choice.nodes.compactMap(\.self) == expected, "seed \(seed)")
  }

  @Test func `logarithms are right to the last bits`() {
    let one = Double(1 << 48)
    #expect(PlacementDraw.negativeLog2(0) == 64 << 48)
    #expect(PlacementDraw.negativeLog2(1) == 64 << 48)
    #expect(PlacementDraw.negativeLog2(1 << 63) == 1 << 48)
    #expect(PlacementDraw.negativeLog2(1 << 62) == 2 << 48)
    #expect(PlacementDraw.negativeLog2(.max) <= 1)
    // 2^-0.5 and 3/4, from tables.
    let root = Double(PlacementDraw.negativeLog2(0xb504_f333_f9de_6484)) / one
    #expect(abs(root - 0.5) < 1e-13)
    let quarter = Double(PlacementDraw.negativeLog2(0xc000_0000_0000_0000)) / one
    #expect(abs(quarter - 0.415_037_499_278_843_8) < 1e-13)
    // Products add up.
    var generator = Seeded(16)
    for _ in 0..<200 {
      let (left, right) = (generator.next() | 1 << 63, generator.next() | 1 << 63)
      let product = left.multipliedFullWidth(by: right).high
      let sum = PlacementDraw.negativeLog2(left) + PlacementDraw.negativeLog2(right)
      let found = PlacementDraw.negativeLog2(product)
      #expect(max(sum, found) - min(sum, found) < 1 << 6)
    }
  }
}

/// Placement by trying every set: the first in the order of draws under the least limits.
private enum Exhaustive {
  static func best(pack: Bytes32, shards: Int, among nodes: [PlacementNode]) -> [DID] {
    let ordered = nodes.sorted {
      PlacementDraw(pack: pack, node: $0) < PlacementDraw(pack: pack, node: $1)
    }
    let count = min(shards, nodes.count)
    var sets: [[Int]] = []
    for mask in 0..<(1 << nodes.count) where mask.nonzeroBitCount == count {
      sets.append(ordered.indices.filter { mask & (1 << $0) != 0 })
    }
    sets.sort { $0.lexicographicallyPrecedes($1) }
    func most(_ set: [Int], _ key: (PlacementNode) -> String) -> Int {
      Dictionary(grouping: set) { key(ordered[$0]) }.values.map(\.count).max() ?? 0
    }
    func operators(_ set: [Int]) -> Int { most(set) { $0.operatorName ?? $0.did.text } }
    func regions(_ set: [Int]) -> Int { most(set) { $0.region ?? "" } }
    let operatorLimit = sets.map(operators).min() ?? 0
    let allowed = sets.filter { operators($0) <= operatorLimit }
    let kinds = Set(nodes.map { $0.region ?? "" }).count
    let even = (count + kinds - 1) / max(kinds, 1)
    let regionLimit = max(even, allowed.map(regions).min() ?? 0)
    return (allowed.first { regions($0) <= regionLimit } ?? []).map { ordered[$0].did }
  }
}
