import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore
import VaultSync

extension Vault {
  /// Checks the local store, every file's manifest, and what the nodes have, down to the bytes when
  /// asked.
  ///
  /// Shards that are gone or rotten are marked, so that the next sync makes them again.
  public func check(
    _ level: CheckLevel, progress: SyncProgress = SyncProgress()
  ) async throws -> CheckReport {
    let started = environment.clock.monotonic()
    var report = CheckReport()
    for problem in try database.database.problems() {
      report.problems.append(
        Problem(
          .danger, .tampered, "the local database is damaged: \(problem)",
          hint: "the nodes have everything that was synced; restore into a new home"))
    }
    checkManifests(&report)
    let meter = TrafficMeter()
    try await checkNodes(level, meter: meter, progress: progress, &report)
    report.receivedBytes = meter.receivedBytes
    for (_, part) in try await openParts() {
      report.add(try await part.check(level, progress: progress))
    }
    report.problems.sort { $0.severity < $1.severity }
    report.durationMilliseconds = (environment.clock.monotonic() - started).milliseconds
    return report
  }

  private func checkManifests(_ report: inout CheckReport) {
    let announced = Set(
      tree.settings(prefix: PackRecord.prefix).compactMap {
        Bytes32($0.key.dropFirst(PackRecord.prefix.count))
      })
    tree.forEachFolder { _, children in
      for child in children where child.kind == .file {
        report.files += 1
        for head in tree.contents(of: child.object) {
          let manifest = try? Manifest(decoding: head.value)
          guard manifest == nil || !(manifest?.packs.isSubset(of: announced) ?? false) else {
            continue
          }
          report.problems.append(
            Problem(
              .danger, .tampered,
              "\(shown(child.object)): its content is named nowhere",
              hint: "write it again from another copy"))
        }
      }
    }
  }

  private func checkNodes(
    _ level: CheckLevel, meter: TrafficMeter, progress: SyncProgress, _ report: inout CheckReport
  ) async throws {
    try mirrorNodes()
    let clients = try clients(meter: meter)
    progress.begin(.checking)
    var results: [NodeCheck] = []
    await withTaskGroup(of: NodeCheck.self) { group in
      for client in clients {
        group.addTask { await self.check(client, level: level, progress: progress) }
      }
      for await result in group { results.append(result) }
    }
    for result in results.sorted(by: { $0.node < $1.node }) {
      report.shardsAsked += result.asked
      report.shardsRead += result.read
      report.problems += try conclude(result)
    }
  }

  /// What a node did not have, or had wrongly.
  private struct NodeCheck: Sendable {
    var node: DID
    var name: String
    var asked = 0
    var read = 0
    var missing: [StoredShard] = []
    var rotten: [StoredShard] = []
    var findings: [Finding] = []
    /// What the node counts among its own and does not hand out.
    var withheld: [Finding] = []
    var trouble: NodeTrouble?
  }

  private func check(
    _ client: NodeClient, level: CheckLevel, progress: SyncProgress
  ) async -> NodeCheck {
    var result = NodeCheck(node: client.node, name: client.name)
    do {
      result.findings = try await findings(at: client)
      let shards = try database.read { try $0.shardsStored(at: client.node) }
      for slice in shards.slices(of: SyncLimits.haveShardsMax) {
        let sizes = try await client.have(slice.map { ShardName(root: $0.name) })
        result.asked += slice.count
        for (shard, size) in zip(slice, sizes) where size == 0 { result.missing.append(shard) }
      }
      let gone = Set(result.missing)
      for shard in chosen(shards.filter { !gone.contains($0) }, level) {
        let name = ShardName(root: shard.name)
        guard let bytes = try await read(name, from: client) else {
          result.missing.append(shard)
          continue
        }
        result.read += 1
        progress.advance(files: 1, bytes: bytes.count)
        if ShardName(of: bytes) != name { result.rotten.append(shard) }
      }
      if level == .all { result.withheld = try await readBack(from: client) }
    } catch {
      result.trouble = NodeTrouble(error, at: client)
    }
    return result
  }

  /// A shard's bytes; nil when the node says that it has none, although it counts it among its own.
  private func read(_ name: ShardName, from client: NodeClient) async throws -> [UInt8]? {
    do {
      return try await client.get(name, range: nil, bytesMax: SyncLimits.shardBytesMax)
    } catch let refusal as VaultSync.Refusal where refusal.code == .absent {
      return nil
    }
  }

  /// Whether a node shows less than it acknowledged, without taking anything in.
  private func findings(at client: NodeClient) async throws -> [Finding] {
    var session = session(with: client.node)
    session.isLookingOnly = true
    let local = try localState()
    var request = session.start(local)
    while true {
      let response = try await client.sync(request)
      let step = try session.receive(response, asking: request, local: local, chainAt: chain)
      guard case .ask(let next) = step else { break }
      request = next
    }
    try keep(session)
    return session.findings
  }

  private func chosen(_ shards: [StoredShard], _ level: CheckLevel) -> [StoredShard] {
    switch level {
    case .quick: return []
    case .all: return shards
    case .sample(let percent):
      var random = generator
      defer { generator = random }
      let bound = UInt64(max(0, min(percent, 100)) * 1000)
      return shards.filter { _ in random.next(upperBound: UInt64(100_000)) < bound }
    }
  }

  /// Marks what is gone, and says it with the files that it is about and the cure.
  private func conclude(_ result: NodeCheck) throws -> [Problem] {
    var problems = result.findings.map { finding in
      Problem(
        .danger, .tampered, "\(result.name) \(finding.sentence)",
        hint: "freehold sync refills it from this device", node: result.node)
    }
    problems += result.withheld.map { finding in
      Problem(
        .danger, .tampered, "\(result.name) \(finding.sentence)",
        hint: "its copy of the history is damaged: freehold node remove \(result.name), then add it"
          + " or another one", node: result.node)
    }
    if let trouble = result.trouble {
      problems.append(
        Problem(.warning, trouble.code, trouble.message, hint: trouble.hint, node: result.node))
    }
    try database.write { try $0.setLost(result.missing + result.rotten) }
    for (shards, what) in [(result.missing, "does not have"), (result.rotten, "has damaged")]
    where !shards.isEmpty {
      let affected = try files(in: shards)
      problems.append(
        Problem(
          .danger, .tampered,
          "\(result.name) \(what) \(shards.count) shards that it signed for: \(affected)",
          hint: "freehold sync makes them again from the other nodes", node: result.node))
    }
    return problems
  }

  /// A few of the files whose content lies in the packs of these shards.
  private func files(in shards: [StoredShard]) throws -> String {
    let packs = try database.read { transaction in
      Set(try shards.compactMap { try transaction.pack($0.pack)?.name })
    }
    var found: [String] = []
    var count = 0
    tree.forEachFolder { _, children in
      for child in children where child.kind == .file {
        let touches = tree.contents(of: child.object).contains {
          (try? Manifest(decoding: $0.value))?.packs.isDisjoint(with: packs) == false
        }
        guard touches else { continue }
        count += 1
        if found.count < 3 { found.append(shown(child.object)) }
      }
    }
    let rest = count > found.count ? " and \(count - found.count) more" : ""
    return found.isEmpty ? "no current file is affected" : found.joined(separator: ", ") + rest
  }
}
