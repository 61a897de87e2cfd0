import VaultEncoding
import VaultPacking

/// Nodes that answer, are late, are gone or lie; performs a plan's actions in a seeded order.
struct ReadWorld {
  enum Outcome: Hashable {
    case opened
    case gaveUp(ReadFailure)
    case stuck
  }

  let code: ErasureCode
  let pack: [UInt8]
  private let shards: [[UInt8]]
  /// What liars answer instead.
  private let lies: [[UInt8]]
  private var holders: [(node: DID, shard: Int)]
  private var generator: Seeded
  var latency: [Int: Int] = [:]
  var health: [Int: ShardHolder.Health] = [:]
  var down: Set<DID> = []
  var late: Set<DID> = []
  var liars: Set<DID> = []
  var opensNothing = false
  private(set) var asked: [RangeRequest] = []
  private(set) var opens = 0
  private var wanted: [UInt8] = []

  init(seed: UInt64, data: Int, total: Int, packBytes: Int) throws {
    var generator = Seeded(seed)
    code = try ErasureCode(dataShards: data, totalShards: total)
    pack = generator.bytes(packBytes)
    shards = try code.shards(of: pack)
    lies = shards.map { generator.bytes($0.count) }
    holders = (0..<total).map { (generator.did(), $0) }
    self.generator = generator
  }

  func node(of shard: Int) -> DID { holders[shard].node }

  mutating func addSecondHolders() {
    holders += holders.map { (generator.did(), $0.shard) }
  }

  /// How many shards have a holder that is neither gone nor lying.
  var honestShards: Int {
    Set(holders.filter { !down.contains($0.node) && !liars.contains($0.node) }.map(\.shard)).count
  }

  var hasAskedTwice: Bool { Set(asked).count != asked.count }

  mutating func plan(_ range: Range<Int>) throws -> ReadPlan {
    wanted = Array(pack[range])
    return try ReadPlan(
      code: code, packBytes: pack.count, range: range,
      holders: holders.map { node, shard in
        ShardHolder(
          node: node, shard: shard, latencyMilliseconds: latency[shard] ?? 10,
          health: health[shard] ?? .good)
      })
  }

  func answer(_ request: RangeRequest) -> [UInt8] {
    let told = liars.contains(request.node) ? lies[request.shard] : shards[request.shard]
    return Array(told[request.range])
  }

  mutating func questions(_ actions: [ReadAction]) -> [RangeRequest] {
    let found = lastQuestions(actions)
    asked += found
    return found
  }

  func lastQuestions(_ actions: [ReadAction]) -> [RangeRequest] {
    actions.compactMap { if case .ask(let request, _) = $0 { request } else { nil } }
  }

  /// Performs actions until the plan opens its bytes or gives up.
  mutating func run(_ plan: inout ReadPlan) -> Outcome {
    var queue = plan.start()
    var pending: [RangeRequest] = []
    var noticed: Set<DID> = []
    while true {
      pending += questions(queue)
      for action in queue {
        switch action {
        case .giveUp(let failure): return .gaveUp(failure)
        case .drop(let request): pending.removeAll { $0 == request }
        case .ask, .open: break
        }
      }
      if let bytes = queue.lazy.compactMap({ if case .open(let it) = $0 { it } else { nil } }).first
      {
        opens += 1
        if bytes == wanted && !opensNothing {
          _ = plan.accepted()
          return .opened
        }
        queue = plan.rejected()
        continue
      }
      guard !pending.isEmpty else { return .stuck }
      let place = generator.below(pending.count)
      let request = pending[place]
      if down.contains(request.node) {
        pending.removeAll { $0.node == request.node }
        queue = plan.failed(request.node)
      } else if late.contains(request.node), noticed.insert(request.node).inserted {
        queue = plan.slow(request.node)
      } else {
        pending.remove(at: place)
        queue = plan.received(answer(request), for: request)
      }
    }
  }
}
