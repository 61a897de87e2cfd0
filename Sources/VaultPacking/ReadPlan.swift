// Reading a range of a pack from nodes that may be far, slow, gone or lying.
//
// The idea: data shards are contiguous, so a chunk usually lies in one shard and is asked from the
// nearest node that has it. When that node is late, the same byte range is asked from any k
// others, from which the bytes are rebuilt, and whoever is first wins. Whether bytes are right
// shows when the chunk is opened. When it does not open, one more answer is fetched at a time, and
// it is tried again without each one of the nodes, and without each two: without the liars it
// opens, and the answers that do not fit to what opened name them.
//
// Example, any 2 of 4, the chunk is in shard 0, its node lies:
//     ask 0 → open → rejected → ask 1, 2 → rebuild from {1, 2} → open → accepted; guilty: node of 0
// and with shard 0 gone and node 2 lying:
//     ask 0 → failed → ask 1, 2 → open → rejected → ask 3 → {1, 3} opens → guilty: node of 2
//
// The plan is a state machine without I/O: events go in, actions come out, the shell performs them.
//
// Invariants: no node is asked twice for bytes of a shard that it was asked before, as one range;
// at most one `open` is out; while any k shards' answers can still come, the plan does not give up.
//
// docs/spec/placement.md section 5.

public import VaultEncoding

/// Gets one range of one pack from the nodes that hold its shards.
public struct ReadPlan: Sendable {
  /// Ranges are widened to multiples of this within the shard, so that a node that serves a range
  /// learns little about where chunks begin and end; a multiple of the Merkle leaf of 4 KiB.
  public static let gridBytes = 64 << 10
  /// How often a plan asks for bytes to be opened at most.
  public static let opensMax = 256

  private enum Phase: Sendable {
    case running
    case opening([Int])
    case finished, ended
  }

  let code: ErasureCode
  let holders: [ShardHolder]
  private(set) var pieces: [ReadPiece]
  private var phase = Phase.running
  /// In the order of arrival.
  private(set) var answers: [ReadAnswer] = []
  private(set) var asked: Set<RangeRequest> = []
  private(set) var outstanding: Set<RangeRequest> = []
  private(set) var lateNodes: Set<DID> = []
  private(set) var lostNodes: Set<DID> = []
  /// Answers beyond the first version that are wanted for each piece; grows with each dead end.
  private(set) var evidence = 0
  private var tried: Set<[Int]> = []

  /// The nodes whose answers are proven wrong, in order.
  ///
  /// A proof is an answer that does not fit to the answers that opened.
  public private(set) var guilty: [DID] = []
  /// The nodes that took part in bytes which did not open and could not be cleared.
  public private(set) var suspects: [DID] = []

  /// A plan for a range of a pack of `packBytes`.
  ///
  /// Throws `badRange` or `badLength` for a range outside its pack, `noSuchShard` for a holder of a
  /// shard that the code does not have.
  public init(
    code: ErasureCode, packBytes: Int, range: Range<Int>, holders: [ShardHolder]
  ) throws(PackingError) {
    for holder in holders { try code.check(holder.shard) }
    let shardBytes = try code.shardBytes(packBytes: packBytes)
    self.code = code
    self.holders = holders.sorted(by: Self.isNearer)
    pieces = try code.locate(range, packBytes: packBytes).map { part in
      let start = part.range.lowerBound / Self.gridBytes * Self.gridBytes
      let end = (part.range.upperBound + Self.gridBytes - 1) / Self.gridBytes * Self.gridBytes
      return ReadPiece(
        target: part.shard, range: start..<min(end, shardBytes),
        wanted: part.range.lowerBound - start..<part.range.upperBound - start)
    }
  }

  /// Whether the bytes were accepted.
  public var isFinished: Bool {
    if case .finished = phase { true } else { false }
  }

  // MARK: - Events

  /// The first questions.
  public mutating func start() -> [ReadAction] {
    advance()
  }

  /// A node answered.
  ///
  /// An answer of another length than asked counts as a failure of the node.
  public mutating func received(_ bytes: [UInt8], for request: RangeRequest) -> [ReadAction] {
    guard asked.contains(request), !guilty.contains(request.node),
      !answers.contains(where: { $0.request == request })
    else { return [] }
    guard bytes.count == request.range.count else { return failed(request.node) }
    outstanding.remove(request)
    answers.append(ReadAnswer(request: request, bytes: bytes))
    return advance()
  }

  /// A node refused, could not be reached, or has not answered within the time that the shell
  /// allows at most.
  ///
  /// It is not asked again in this plan.
  public mutating func failed(_ node: DID) -> [ReadAction] {
    lostNodes.insert(node)
    outstanding = outstanding.filter { $0.node != node }
    return advance()
  }

  /// A node has not answered within the patience of its question: others are asked too, and its
  /// answer still counts.
  public mutating func slow(_ node: DID) -> [ReadAction] {
    lateNodes.insert(node)
    return advance()
  }

  /// A node is proven to have answered wrongly, by a Merkle proof or by comparing the whole shard
  /// with its name.
  ///
  /// Its answers are forgotten; a plan that gave up goes on.
  public mutating func lied(_ node: DID) -> [ReadAction] {
    blame([node])
    answers.removeAll { $0.request.node == node }
    lostNodes.insert(node)
    outstanding = outstanding.filter { $0.node != node }
    if case .ended = phase { phase = .running }
    return advance()
  }

  /// The bytes opened.
  ///
  /// Names who is guilty and says which questions can be dropped.
  public mutating func accepted() -> [ReadAction] {
    guard case .opening(let combination) = phase else { return [] }
    phase = .finished
    if evidence > 0 || tried.count > 1 { judge(combination) }
    let dropped = outstanding.sorted { ($0.node, $0.shard) < ($1.node, $1.shard) }
    outstanding = []
    return dropped.map { .drop($0) }
  }

  /// The bytes did not open: another combination of answers, or more answers, or the end.
  public mutating func rejected() -> [ReadAction] {
    guard case .opening = phase else { return [] }
    phase = .running
    evidence = max(evidence, 1)
    return advance()
  }

  // MARK: - Steps

  private mutating func advance() -> [ReadAction] {
    guard case .running = phase else { return [] }
    if let combination = nextCombination() {
      tried.insert(combination)
      phase = .opening(combination)
      return [.open(joined(combination))]
    }
    while true {
      let wanted = pieces.flatMap { questions(for: $0) }
      var actions: [ReadAction] = []
      for question in wanted where asked.insert(question.request).inserted {
        outstanding.insert(question.request)
        actions.append(.ask(question.request, patienceMilliseconds: question.patience))
      }
      if !actions.isEmpty || !outstanding.isEmpty { return actions }
      // A dead end: more evidence, as long as there is somebody left to give it.
      guard evidence > 0, evidence <= holders.count else { break }
      evidence += 1
    }
    phase = .ended
    return [.giveUp(failure())]
  }

  /// The wanted bytes in one version of each piece; an answer that is all of them is not copied.
  private func joined(_ combination: [Int]) -> [UInt8] {
    let parts = zip(pieces, combination).map { piece, version in piece.bytes(of: version) }
    if parts.count == 1, let whole = pieces[0].whole(version: combination[0]) { return whole }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { bytes.append(contentsOf: part) }
    return bytes
  }

  /// The answers that cover a piece's range, cut to it, in the order of arrival.
  func answers(for piece: ReadPiece) -> [ReadAnswer] {
    answers.filter { $0.request.range.contains(piece.range) }.map { answer in
      let start = piece.range.lowerBound - answer.request.range.lowerBound
      guard answer.bytes.count > piece.range.count else { return answer }
      return ReadAnswer(
        request: answer.request, bytes: Array(answer.bytes[start..<start + piece.range.count]))
    }
  }

  /// A version of each piece that has not been opened together: what the answers say when nobody
  /// lies, and after bytes that did not open, when one node lies, or two.
  private mutating func nextCombination() -> [Int]? {
    let nodes = evidence == 0 ? [] : Set(answers.map(\.request.node)).sorted()
    let given = pieces.map { answers(for: $0) }
    guard tried.count < Self.opensMax, !(evidence > 0 && answersAgree(given)) else { return nil }
    for liars in Suspicion.sets(of: nodes) {
      var combination: [Int] = []
      for place in pieces.indices {
        guard let version = pieces[place].version(of: given[place], without: liars, code) else {
          break
        }
        combination.append(version)
      }
      if combination.count == pieces.count, !tried.contains(combination) { return combination }
    }
    return nil
  }

  /// Whether nothing contradicts anything: then there is one version only.
  private func answersAgree(_ given: [[ReadAnswer]]) -> Bool {
    !tried.isEmpty && zip(pieces, given).allSatisfy { $0.agrees($1, code) }
  }

  private mutating func failure() -> ReadFailure {
    let given = pieces.map { answers(for: $0) }
    for place in pieces.indices
    where pieces[place].version(of: given[place], without: [], code) == nil {
      let shards = Set(given[place].map(\.request.shard))
      return .tooFewShards(answered: shards.count, needed: code.dataShards)
    }
    let isProven = given.allSatisfy { $0.count > code.dataShards }
    if isProven && answersAgree(given) { return .wrongAsStored }
    return .undecided(among: Set(answers.map(\.request.node)).sorted())
  }

  // MARK: - Blame

  /// The combination opened: every other answer is compared with what it says.
  private mutating func judge(_ combination: [Int]) {
    var cleared: Set<DID> = []
    var doubted: Set<DID> = []
    for (place, version) in combination.enumerated() {
      let verdict = pieces[place].verdict(
        on: answers(for: pieces[place]), accepted: version, code)
      blame(verdict.wrong)
      cleared.formUnion(verdict.right)
      doubted.formUnion(verdict.open)
    }
    suspects = doubted.subtracting(cleared).subtracting(guilty).sorted()
  }

  private mutating func blame(_ nodes: some Sequence<DID>) {
    guilty = Set(guilty).union(nodes).sorted()
  }
}
