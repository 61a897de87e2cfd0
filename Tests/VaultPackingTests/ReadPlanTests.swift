import Testing
import VaultEncoding
import VaultPacking

struct ReadPlanTests {
  @Test func `a range in one shard is one question to its nearest holder`() throws {
    var world = try ReadWorld(seed: 1, data: 3, total: 5, packBytes: 1 << 20)
    let range = 100_000..<150_000
    var plan = try world.plan(range)
    let actions = plan.start()
    #expect(actions.count == 1)
    let request = try #require(world.questions(actions).first)
    #expect(request.node == world.node(of: 0))
    #expect(request.range == 65_536..<196_608)
    let opened = plan.received(world.answer(request), for: request)
    #expect(opened == [.open(Array(world.pack[range]))])
    #expect(plan.accepted().isEmpty)
    #expect(plan.isFinished)
    #expect(plan.guilty.isEmpty && plan.suspects.isEmpty)
  }

  @Test func `a range over two shards is two questions`() throws {
    var world = try ReadWorld(seed: 2, data: 3, total: 5, packBytes: 1 << 20)
    var plan = try world.plan(349_000..<350_500)
    let requests = world.questions(plan.start())
    #expect(requests.map(\.shard) == [0, 1])
    #expect(plan.received(world.answer(requests[1]), for: requests[1]).isEmpty)
    let opened = plan.received(world.answer(requests[0]), for: requests[0])
    #expect(opened == [.open(Array(world.pack[349_000..<350_500]))])
  }

  @Test func `a slow node is overtaken by k others, and its answer still counts`() throws {
    var world = try ReadWorld(seed: 3, data: 3, total: 5, packBytes: 1 << 20)
    var plan = try world.plan(0..<1_000)
    let first = try #require(world.questions(plan.start()).first)
    let hedge = world.questions(plan.slow(first.node))
    #expect(hedge.count == 3)
    #expect(Set(hedge.map(\.shard)).isSubset(of: [1, 2, 3, 4]))
    #expect(plan.received(world.answer(hedge[0]), for: hedge[0]).isEmpty)
    let opened = plan.received(world.answer(first), for: first)
    #expect(opened == [.open(Array(world.pack[0..<1_000]))])
    #expect(plan.accepted() == hedge.dropFirst().sorted { $0.node < $1.node }.map { .drop($0) })
  }

  @Test func `a lost node is replaced by k others`() throws {
    var world = try ReadWorld(seed: 4, data: 2, total: 4, packBytes: 1 << 20)
    var plan = try world.plan(0..<1_000)
    let first = try #require(world.questions(plan.start()).first)
    let others = world.questions(plan.failed(first.node))
    #expect(others.count == 2)
    #expect(plan.received(world.answer(others[0]), for: others[0]).isEmpty)
    let opened = plan.received(world.answer(others[1]), for: others[1])
    #expect(opened == [.open(Array(world.pack[0..<1_000]))])
  }

  @Test func `a whole pack needs no more than k whole shards`() throws {
    var world = try ReadWorld(seed: 5, data: 3, total: 5, packBytes: 1 << 20)
    world.down = [world.node(of: 1)]
    var plan = try world.plan(0..<(1 << 20))
    let result = world.run(&plan)
    #expect(result == .opened)
    // Shards 0 and 2, the lost one, and one parity shard in its place.
    #expect(world.asked.count == 4)
  }

  @Test func `a far node is left for near ones, a slightly farther one is not`() throws {
    var world = try ReadWorld(seed: 6, data: 2, total: 4, packBytes: 1 << 20)
    world.latency[0] = 500
    var plan = try world.plan(0..<1_000)
    #expect(world.questions(plan.start()).map(\.shard).sorted() != [0])
    world.latency[0] = 30
    plan = try world.plan(0..<1_000)
    #expect(world.questions(plan.start()).map(\.shard) == [0])
  }

  @Test func `a doubtful node is left for good ones, and asked when there are none`() throws {
    var world = try ReadWorld(seed: 7, data: 2, total: 3, packBytes: 1 << 20)
    world.health[0] = .down
    var plan = try world.plan(0..<1_000)
    #expect(world.questions(plan.start()).map(\.shard).sorted() == [1, 2])
    _ = plan.failed(world.node(of: 1))
    #expect(world.lastQuestions(plan.failed(world.node(of: 2))).isEmpty)
    plan = try world.plan(0..<1_000)
    _ = plan.start()
    #expect(world.questions(plan.failed(world.node(of: 1))).map(\.shard) == [0])
  }

  @Test func `fewer than k answers end the plan`() throws {
    var world = try ReadWorld(seed: 8, data: 3, total: 5, packBytes: 1 << 20)
    world.down = Set([0, 3, 4].map { world.node(of: $0) })
    var plan = try world.plan(0..<1_000)
    #expect(world.run(&plan) == .gaveUp(.tooFewShards(answered: 2, needed: 3)))
  }

  @Test func `the liar who has the chunk is named`() throws {
    var world = try ReadWorld(seed: 9, data: 2, total: 4, packBytes: 1 << 20)
    world.liars = [world.node(of: 0)]
    var plan = try world.plan(0..<1_000)
    #expect(world.run(&plan) == .opened)
    #expect(plan.guilty == [world.node(of: 0)])
    #expect(plan.suspects.isEmpty)
    #expect(world.asked.count == 3)
  }

  @Test func `the liar among the others is named`() throws {
    var world = try ReadWorld(seed: 10, data: 3, total: 5, packBytes: 1 << 20)
    world.down = [world.node(of: 0)]
    world.liars = [world.node(of: 2)]
    world.latency = [1: 1, 2: 2, 3: 3, 4: 4]
    var plan = try world.plan(0..<1_000)
    #expect(world.run(&plan) == .opened)
    #expect(plan.guilty == [world.node(of: 2)])
    #expect(world.opens <= 4)
  }

  @Test func `a liar among replicas is named`() throws {
    var world = try ReadWorld(seed: 11, data: 1, total: 3, packBytes: 100_000)
    world.liars = [world.node(of: 0)]
    world.latency = [0: 1, 1: 50, 2: 60]
    var plan = try world.plan(0..<1_000)
    #expect(world.run(&plan) == .opened)
    #expect(plan.guilty == [world.node(of: 0)])
    #expect(world.asked.count == 2)
  }

  @Test func `when all agree on bytes that do not open, nobody is blamed`() throws {
    for (data, total) in [(1, 3), (3, 5)] {
      var world = try ReadWorld(seed: 12, data: data, total: total, packBytes: 1 << 20)
      world.opensNothing = true
      var plan = try world.plan(0..<1_000)
      #expect(world.run(&plan) == .gaveUp(.wrongAsStored))
      #expect(plan.guilty.isEmpty)
      #expect(world.opens == 1)
      #expect(world.asked.count == total)
    }
  }

  @Test func `too many liars end undecided, and a proof goes on from there`() throws {
    var world = try ReadWorld(seed: 13, data: 2, total: 4, packBytes: 1 << 20)
    world.liars = Set([0, 1, 2].map { world.node(of: $0) })
    var plan = try world.plan(0..<1_000)
    let nodes = (0..<4).map { world.node(of: $0) }.sorted()
    #expect(world.run(&plan) == .gaveUp(.undecided(among: nodes)))
    for liar in world.liars.subtracting([world.node(of: 2)]) { _ = plan.lied(liar) }
    let last = plan.lied(world.node(of: 2))
    #expect(last == [] || last == [.giveUp(.tooFewShards(answered: 1, needed: 2))])
    #expect(Set(plan.guilty) == world.liars)
  }

  @Test func `two liars who are asked first are named`() throws {
    var world = try ReadWorld(seed: 17, data: 4, total: 8, packBytes: 300_000)
    world.liars = Set([0, 3].map { world.node(of: $0) })
    for shard in 0..<8 { world.latency[shard] = 10 + shard }
    var plan = try world.plan(0..<300_000)
    #expect(world.run(&plan) == .opened)
    #expect(Set(plan.guilty) == world.liars)
  }

  @Test func `one answer that does not open says nothing about who is wrong`() throws {
    var world = try ReadWorld(seed: 18, data: 1, total: 1, packBytes: 100_000)
    world.opensNothing = true
    var plan = try world.plan(0..<1_000)
    #expect(world.run(&plan) == .gaveUp(.undecided(among: [world.node(of: 0)])))
  }

  @Test func `a proof in time spares the search`() throws {
    var world = try ReadWorld(seed: 14, data: 2, total: 4, packBytes: 1 << 20)
    var plan = try world.plan(0..<1_000)
    let first = try #require(world.questions(plan.start()).first)
    let others = world.questions(plan.lied(first.node))
    #expect(others.count == 2)
    #expect(plan.received(world.answer(first), for: first).isEmpty)
    #expect(plan.guilty == [first.node])
  }

  @Test func `an answer of another length counts as a failure`() throws {
    var world = try ReadWorld(seed: 15, data: 2, total: 4, packBytes: 1 << 20)
    var plan = try world.plan(0..<1_000)
    let first = try #require(world.questions(plan.start()).first)
    #expect(world.questions(plan.received([1, 2, 3], for: first)).count == 2)
  }

  @Test func `wrong ranges and holders are refused`() throws {
    let scheme = try ErasureCode(dataShards: 2, totalShards: 3)
    var generator = Seeded(16)
    let stranger = ShardHolder(node: generator.did(), shard: 3, latencyMilliseconds: 1)
    #expect(throws: code(.noSuchShard)) {
      try ReadPlan(code: scheme, packBytes: 1_000, range: 0..<1, holders: [stranger])
    }
    #expect(throws: code(.badRange)) {
      try ReadPlan(code: scheme, packBytes: 1_000, range: 999..<1_001, holders: [])
    }
    var plan = try ReadPlan(code: scheme, packBytes: 1_000, range: 0..<1, holders: [])
    #expect(plan.start() == [.giveUp(.tooFewShards(answered: 0, needed: 2))])
  }

  @Test(arguments: 0..<200)
  func `a plan opens whenever k honest shards answer`(seed: Int) throws {
    var generator = Seeded(5_000 + UInt64(seed))
    let data = 1 + generator.below(5)
    let total = data + generator.below(5)
    var world = try ReadWorld(
      seed: UInt64(seed), data: data, total: total, packBytes: 16_384 + generator.below(200_000))
    for shard in 0..<total {
      world.latency[shard] = 1 + generator.below(300)
      world.health[shard] = ShardHolder.Health.allCases[generator.below(3)]
      switch generator.below(6) {
      case 0: world.down.insert(world.node(of: shard))
      case 1: world.late.insert(world.node(of: shard))
      case 2 where world.liars.isEmpty: world.liars.insert(world.node(of: shard))
      default: break
      }
    }
    if generator.below(3) == 0 { world.addSecondHolders() }
    let start = generator.below(world.pack.count)
    let range = start..<start + 1 + generator.below(world.pack.count - start)
    let honest = world.honestShards
    var plan = try world.plan(range)
    let result = world.run(&plan)
    if honest >= data {
      #expect(result == .opened, "seed \(seed)")
    }
    #expect(Set(plan.guilty).isSubset(of: world.liars), "seed \(seed)")
    #expect(!world.hasAskedTwice, "seed \(seed)")
  }
}
