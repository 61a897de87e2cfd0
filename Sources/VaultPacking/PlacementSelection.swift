import VaultEncoding

/// One pack's candidates in the order of their draws, and the search for the best allowed set.
struct PlacementSelection {
  private let shards: Int
  /// In the order of their draws.
  private let candidates: [DID]
  /// For each candidate, the numbers of its operator and its region.
  private let edges: [PlacementFlow.Edge]
  private let operators: Int
  private let regions: Int

  init(pack: Bytes32, shards: Int, nodes: [PlacementNode]) {
    precondition(shards > 0)
    let usable = Dictionary(nodes.filter { $0.weight > 0 }.map { ($0.did, $0) }) { first, _ in first
    }
    let draws = usable.values.map { PlacementDraw(pack: pack, node: $0) }.sorted()
    var operators = Numbering()
    var regions = Numbering()
    self.shards = shards
    candidates = draws.map(\.did)
    edges = draws.compactMap { usable[$0.did] }.map { node in
      PlacementFlow.Edge(
        operatorIndex: operators.number(of: node.operatorName, orElse: node.did.key.bytes),
        regionIndex: regions.number(of: node.region, orElse: []))
    }
    self.operators = operators.count
    self.regions = regions.count
  }

  /// Numbers for names.
  ///
  /// Names are compared as UTF-8 bytes, never by Unicode equivalence.
  private struct Numbering {
    private enum Key: Hashable {
      case name([UInt8])
      case nameless([UInt8])
    }
    private var numbers: [Key: Int] = [:]
    var count: Int { numbers.count }

    mutating func number(of name: String?, orElse substitute: [UInt8]) -> Int {
      let key = name.map { Key.name(Array($0.utf8)) } ?? .nameless(substitute)
      if let number = numbers[key] { return number }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
  }

  /// The best allowed set, each shard staying where `current` has it when its node is in the set.
  func choice(keeping current: [DID?]) -> PlacementChoice {
    let count = min(shards, candidates.count)
    var relaxations: [PlacementRelaxation] = []
    if count < shards {
      relaxations.append(.tooFewNodes(wanted: shards, available: candidates.count))
    }
    let operatorLimit = operatorLimit(for: count)
    if operatorLimit > 1 { relaxations.append(.operatorsShare(shardsEach: operatorLimit)) }
    let evenShare = (count + max(regions, 1) - 1) / max(regions, 1)
    let (set, regionLimit) = bestSet(of: count, operatorLimit, evenShare: evenShare)
    if regionLimit > evenShare {
      relaxations.append(.regionsUneven(shardsEach: regionLimit, evenShare: evenShare))
    }
    return PlacementChoice(
      nodes: assign(set.map { candidates[$0] }, keeping: current), relaxations: relaxations,
      shardsOfOneOperatorMax: most(set.map { edges[$0].operatorIndex }),
      shardsInOneRegionMax: most(set.map { edges[$0].regionIndex }))
  }

  /// The least limit for each operator with which `count` nodes can be taken at all.
  private func operatorLimit(for count: Int) -> Int {
    var sizes = [Int](repeating: 0, count: operators)
    for edge in edges { sizes[edge.operatorIndex] += 1 }
    var limit = 1
    while sizes.reduce(0, { $0 + min($1, limit) }) < count { limit += 1 }
    return limit
  }

  /// The set that the draws prefer under the least region limit, from the even share up, that
  /// allows any; and that limit.
  ///
  /// With a limit of `count` there always is one.
  private func bestSet(
    of count: Int, _ operatorLimit: Int, evenShare: Int
  ) -> (set: [Int], regionLimit: Int) {
    for regionLimit in evenShare..<max(evenShare + 1, count + 1) {
      if let set = greedy(count, operatorLimit, regionLimit, looksAhead: false) {
        return (set, regionLimit)
      }
      var flow = PlacementFlow(
        edges: edges[...], operatorRoom: Array(repeating: operatorLimit, count: operators),
        regionRoom: Array(repeating: regionLimit, count: regions))
      if flow.reaches(count), let set = greedy(count, operatorLimit, regionLimit, looksAhead: true)
      {
        return (set, regionLimit)
      }
    }
    return ([], evenShare)
  }

  /// The first nodes in the order of draws that keep the limits, or nil when they end in a corner;
  /// with `looksAhead` none is taken that leads into one.
  ///
  /// Without a corner both give the same set.
  private func greedy(
    _ count: Int, _ operatorLimit: Int, _ regionLimit: Int, looksAhead: Bool
  ) -> [Int]? {
    var operatorRoom = [Int](repeating: operatorLimit, count: operators)
    var regionRoom = [Int](repeating: regionLimit, count: regions)
    var set: [Int] = []
    for index in edges.indices where set.count < count {
      let edge = edges[index]
      guard operatorRoom[edge.operatorIndex] > 0, regionRoom[edge.regionIndex] > 0 else { continue }
      operatorRoom[edge.operatorIndex] -= 1
      regionRoom[edge.regionIndex] -= 1
      var rest = PlacementFlow(
        edges: edges[(index + 1)...], operatorRoom: operatorRoom, regionRoom: regionRoom)
      if looksAhead && !rest.reaches(count - set.count - 1) {
        operatorRoom[edge.operatorIndex] += 1
        regionRoom[edge.regionIndex] += 1
        continue
      }
      set.append(index)
    }
    return set.count == count ? set : nil
  }

  /// Shards to nodes: whoever holds a shard keeps it, the others take what is left in order.
  private func assign(_ set: [DID], keeping current: [DID?]) -> [DID?] {
    var free = set
    var nodes = [DID?](repeating: nil, count: shards)
    for shard in 0..<min(shards, current.count) {
      guard let holder = current[shard], let place = free.firstIndex(of: holder) else { continue }
      nodes[shard] = free.remove(at: place)
    }
    for shard in 0..<shards where nodes[shard] == nil && !free.isEmpty {
      nodes[shard] = free.removeFirst()
    }
    return nodes
  }

  private func most(_ groups: [Int]) -> Int {
    Dictionary(groups.map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0
  }
}
