import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore

/// Reads ranges of packs: from the outbox when the pack is still there, else from the nodes that
/// hold its shards.
///
/// The shell around `ReadPlan`: it asks, waits, and reports back.
struct PackFetcher: Sendable {
  /// A node that can be asked, and how it did lately.
  struct Source: Sendable {
    var client: NodeClient
    var latencyMilliseconds: Int
    var health: ShardHolder.Health
  }

  /// What went wrong on the way: nodes that answered wrongly or not at all.
  struct Trouble: Sendable {
    /// Proven to have answered wrongly.
    var guilty: Set<DID> = []
    /// Did not answer.
    var silent: Set<DID> = []
  }

  let outbox: PackFolder
  let sources: [DID: Source]
  let clock: any VaultClock

  private enum Event: Sendable {
    case answered(RangeRequest, [UInt8])
    case failed(RangeRequest)
    case patienceOver(RangeRequest)
  }

  /// Bytes of a pack for which `check` holds.
  ///
  /// Throws when no k nodes give them.
  func read(
    _ range: Range<Int>, of pack: Bytes32, record: PackRecord, into trouble: inout Trouble,
    check: ([UInt8]) -> Bool
  ) async throws -> [UInt8] {
    if let local = try? outbox.read(pack, offset: range.lowerBound, count: range.count),
      check(local)
    {
      return local
    }
    let code = try ErasureCode(dataShards: record.needed, totalShards: record.shards.count)
    var plan = try ReadPlan(
      code: code, packBytes: record.packBytes, range: range, holders: holders(of: record))
    let outcome = await perform(&plan, record: record, check: check)
    trouble.guilty.formUnion(plan.guilty)
    trouble.silent.formUnion(outcome.silent)
    switch outcome.result {
    case .success(let bytes): return bytes
    case .failure(let failure): throw Self.error(failure, record: record, sources: sources)
    }
  }

  private struct Outcome {
    var result: Result<[UInt8], Failure>
    var silent: Set<DID>
  }

  private struct Failure: Error {
    var reason: ReadFailure
  }

  private func holders(of record: PackRecord) -> [ShardHolder] {
    record.shards.enumerated().compactMap { index, shard in
      guard let source = sources[shard.node] else { return nil }
      return ShardHolder(
        node: shard.node, shard: index, latencyMilliseconds: source.latencyMilliseconds,
        health: source.health)
    }
  }

  private func perform(
    _ plan: inout ReadPlan, record: PackRecord, check: ([UInt8]) -> Bool
  ) async -> Outcome {
    var working = plan
    defer { plan = working }
    return await withTaskGroup(of: Event.self) { group in
      var silent: Set<DID> = []
      var actions = working.start()
      while true {
        var next: [ReadAction] = []
        for action in actions {
          switch action {
          case .ask(let request, let patience):
            ask(request, patience: patience, record: record, in: &group)
          case .open(let bytes):
            if check(bytes) {
              _ = working.accepted()
              group.cancelAll()
              return Outcome(result: .success(bytes), silent: silent)
            }
            next += working.rejected()
          case .drop: break
          case .giveUp(let reason):
            group.cancelAll()
            return Outcome(result: .failure(Failure(reason: reason)), silent: silent)
          }
        }
        if !next.isEmpty {
          actions = next
          continue
        }
        guard let event = await group.next() else {
          return Outcome(
            result: .failure(
              Failure(reason: .tooFewShards(answered: 0, needed: record.needed))),
            silent: silent)
        }
        switch event {
        case .answered(let request, let bytes): actions = working.received(bytes, for: request)
        case .failed(let request):
          silent.insert(request.node)
          actions = working.failed(request.node)
        case .patienceOver(let request): actions = working.slow(request.node)
        }
      }
    }
  }

  private func ask(
    _ request: RangeRequest, patience: Int, record: PackRecord,
    in group: inout TaskGroup<Event>
  ) {
    guard let client = sources[request.node]?.client else { return }
    let name = record.shards[request.shard].name
    group.addTask {
      do {
        let bytes = try await client.get(
          name, range: request.range, bytesMax: request.range.count + 1)
        return .answered(request, bytes)
      } catch {
        return .failed(request)
      }
    }
    let clock = self.clock
    group.addTask {
      try? await clock.sleep(for: .milliseconds(patience))
      return .patienceOver(request)
    }
  }

  private static func error(
    _ failure: Failure, record: PackRecord, sources: [DID: Source]
  ) -> FreeholdError {
    switch failure.reason {
    case .tooFewShards(let answered, let needed):
      let missing = record.shards.map { sources[$0.node]?.client.name ?? "a node not known here" }
      return FreeholdError(
        .offline, "\(answered) of the \(needed) shards that are needed can be reached",
        hint: "they lie at \(Set(missing).sorted().joined(separator: ", "))")
    case .wrongAsStored:
      return FreeholdError(.tampered, "all nodes agree, and yet the stored bytes do not open")
    case .undecided(let nodes):
      let names = nodes.map { sources[$0]?.client.name ?? $0.text }.joined(separator: ", ")
      return FreeholdError(
        .tampered, "what \(names) gave does not open, and it cannot be told which is wrong",
        hint: "freehold check --all compares every shard with its name")
    }
  }
}
