import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy
import VaultStore
import VaultSync

extension Vault {
  /// Brings folder, vault and nodes in step: scan, take in, exchange with all nodes, write.
  ///
  /// Everything is saved locally before any node is asked, so `offline` loses nothing.
  public func sync(
    _ options: SyncOptions = SyncOptions(), progress: SyncProgress = SyncProgress()
  ) async throws -> SyncReport {
    let started = environment.clock.monotonic()
    var report = SyncReport()
    report.isDryRun = options.isDryRun
    let meter = TrafficMeter()
    if !options.isDryRun {
      if writesHere { try takeUpSuccession() }
      try settleKeys()
      try await hearFirst(meter: meter, progress: progress)
    }
    let mirror = try openMirror()
    if !options.isDryRun {
      if let mirror, mirror.applied.vector.isEmpty, tree.objectCount == 0, !nodeBook.isEmpty {
        // A device that just joined: what lies in its folder may be in the vault already.
        _ = try await exchangeWithNodes(meter: meter, progress: progress)
      }
      // Its name is part of those that are given to files of which there are two.
      if mirror != nil, writesHere { try nameDevice() }
    }
    // A scope of which nothing has come yet is not what its folder holds.
    let isReady = !isPart || isComplete
    if !isReady { report.problems.append(.nothingHasCome) }
    if let mirror, isReady {
      beginIndex(mirror)
      try releaseMounted(mirror, isDryRun: options.isDryRun)
      try await takeInFolder(mirror, options, meter: meter, progress: progress, report: &report)
    }
    if !options.isDryRun {
      if comparesAnew { try endComparison() }
      let outcomes = try await exchangeWithNodes(
        without: options.without, meter: meter, progress: progress)
      try await endExpired(outcomes)
      if let mirror, isReady {
        if treeWentBack { mirror.applied = AppliedState() }
        treeWentBack = false
        if mirror.applied.vector != tree.vector { mirror.followTwins(in: tree) }
        try releaseMounted(mirror)
        try passOverSettings(mirror)
        try await writeFolder(
          mirror, nodes: Set(outcomes.filter(\.isReached).map(\.node)), meter: meter,
          progress: progress, report: &report)
        try store(mirror)
      }
      try storeCheckpointIfWorthIt()
      report.sentBytes = meter.sentBytes
      report.receivedBytes = meter.receivedBytes
      try conclude(outcomes, mirror: mirror, report: &report)
    }
    try await syncParts(mirror, options, progress: progress, report: &report)
    if !isPart, !options.isDryRun, try otherHome != nil {
      // A scope inside has found it out: this becomes a new device.
      _ = try await exchangeWithNodes(without: options.without, meter: meter, progress: progress)
    }
    report.durationMilliseconds = (environment.clock.monotonic() - started).milliseconds
    return report
  }

  private func takeInFolder(
    _ mirror: FolderMirror, _ options: SyncOptions, meter: TrafficMeter, progress: SyncProgress,
    report: inout SyncReport
  ) async throws {
    if !options.isDryRun { try dropDamagedPacks(mirror: mirror) }
    progress.begin(.scanning)
    var seen = 0
    let changes = mirror.scan { count in
      progress.advance(files: count - seen)
      seen = count
    }
    mirror.troubles += changes.troubles
    mirror.removeStaleDrafts(using: &generator)
    guard writesHere else { return tellOfOwnChanges(changes, &report) }
    if !options.acceptsMassChange { try MassChangeGuard.check(changes, limits: ownLimits) }
    try passOverSettings(mirror)
    if options.isDryRun {
      report.outgoing = changes.counts
      report.incoming = try planForFolder(mirror)?.counts ?? report.incoming
      return
    }
    do {
      try await takeIn(
        consume changes, mirror: mirror, meter: meter, progress: progress, report: &report)
    } catch {
      // What was committed before the run was stopped need not be read again by the next one.
      try? store(mirror)
      throw error
    }
    if report.outgoing.total > 0 || !mirror.lostPacks.isEmpty { try store(mirror) }
    try endMending(mirror)
  }

  /// Counts batches that hold nothing but settings as shown by the folder.
  private func passOverSettings(_ mirror: FolderMirror) throws {
    guard mirror.applied.vector != tree.vector, !mirror.applied.hasMarks,
      case .some(let touched) = try objectsTouched(since: mirror.applied.vector), touched.isEmpty
    else { return }
    mirror.applied.vector = tree.vector
  }

  /// Exchanges with all nodes side by side; then brings to each what came from the others.
  ///
  /// Nodes in `without` are not asked and count as not reached.
  func exchangeWithNodes(
    without: Set<DID> = [], meter: TrafficMeter, progress: SyncProgress
  ) async throws -> [NodeOutcome] {
    if let renewed { throw renewed }
    try mirrorNodes()
    try await completeSuccession()
    try settleKeys()
    // What came before a crash and is judged before it is merged.
    try mergeWaiting()
    try await heal(meter: meter)
    try spread()
    try refreshHead()
    var clients = try clients(meter: meter)
    let adoption = await adoptCheckpoint(from: clients)
    progress.begin(.exchanging, bytes: try pendingShardBytes())
    var outcomes = await withTaskGroup(of: NodeOutcome.self) { group in
      for client in clients {
        group.addTask {
          without.contains(client.node)
            ? await self.notAsked(client) : await self.exchange(with: client)
        }
      }
      var outcomes: [NodeOutcome] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    // Others may have let this device in anew, under grants that it has heard of now.
    clients = (try? self.clients(meter: meter)) ?? clients
    try await endFork(outcomes, clients)
    // What was held back goes out with the next exchange, which brings shards before entries.
    let brings = try mayTell
    try await settleFormerDevices(outcomes, clients)
    // What came may owe a key, as after two revocations at once: what is written next needs it.
    try settleKeys()
    try foldTwins()
    try refreshHead()
    outcomes = await withTaskGroup(of: NodeOutcome.self) { group in
      for outcome in outcomes {
        guard let client = clients.first(where: { $0.node == outcome.node }) else { continue }
        group.addTask { await self.bringRest(client, outcome, brings: brings) }
      }
      var outcomes: [NodeOutcome] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    let reached = clients.filter { client in
      outcomes.contains { $0.node == client.node && $0.trouble == nil }
    }
    // The files first: the history comes with the next syncs.
    let filled =
      adoption.isAdopted
      ? [:] : await fillHistory(from: reached, bytesMax: Self.historyBytesPerSync)
    try mergeWaiting()
    let published = await publishCheckpointIfWorthIt(to: reached)
    for index in outcomes.indices {
      let node = outcomes[index].node
      let found = [adoption.findings, filled, published].flatMap { $0[node] ?? [] }
      for finding in found where !outcomes[index].findings.contains(finding) {
        outcomes[index].findings.append(finding)
      }
    }
    return outcomes.sorted { $0.node < $1.node }
  }

  /// Brings a node what came in from others after its own exchange.
  private func bringRest(
    _ client: NodeClient, _ outcome: NodeOutcome, brings: Bool
  ) async -> NodeOutcome {
    var outcome = outcome
    guard outcome.trouble == nil else { return outcome }
    do {
      if writesHere && brings { try await bring(client, &outcome) }
      try await confirm(client, &outcome)
    } catch {
      outcome.trouble = NodeTrouble(error, at: client)
    }
    finish(&outcome, at: client)
    return outcome
  }

  /// Signs a new head when this device's feeds, the policy, or the entries it has seen changed.
  func refreshHead() throws {
    guard try otherHome == nil else { return }
    let local = try localState()
    let own = local.feeds.filter { $0.key.device == device }
    guard !own.isEmpty else { return }
    let feeds = Dictionary(uniqueKeysWithValues: own.map { ($0.key.scope, $0.value) })
    let stored = try database.read { try $0.head(of: device) }
    let last = try stored.map { try Head(restoring: $0.envelope) }
    let policyHeads = policy.heads
    let others = local.feeds.filter { $0.key.device != device }
    let seenDigest = StateSummary(feeds: others, policy: [CID](), heads: [:]).digest
    let known = try database.read { try $0.meta(Self.seenKey) }
    guard last?.feeds != feeds || last?.policy != policyHeads || known != seenDigest.bytes else {
      return
    }
    let seen = local.heads.filter { $0.key != device }.mapValues(\.cid)
    let head = try Head(
      vault: did, sequence: (last?.sequence ?? 0) + 1, feeds: feeds, policy: policyHeads,
      seen: seen, time: environment.clock.now(), by: keys.signing)
    try database.write { transaction in
      try transaction.setHead(
        StoredHead(
          device: device, sequence: UInt64(head.sequence), cid: head.cid, envelope: head.bytes))
      try transaction.setMeta(Self.seenKey, to: seenDigest.bytes)
    }
  }

  private static let seenKey = "head-seen"

  private func pendingShardBytes() throws -> Int {
    try database.read { transaction in
      let totals = try transaction.packTotals()
      return (totals[.sealed]?.bytes ?? 0) + (totals[.uploading]?.bytes ?? 0)
    }
  }

  /// Fetches what the nodes have before the folder is looked at, in a home that is a copy: the
  /// folder may be older or newer than what this home knows.
  ///
  /// Throws `offline` when no node answers; nothing was changed then.
  private func hearFirst(meter: TrafficMeter, progress: SyncProgress) async throws {
    guard comparesAnew else { return }
    // Others may have built on what the former device wrote in its other home.
    try letUnmergedWait()
    guard !nodeBook.isEmpty else { return }
    let outcomes = try await exchangeWithNodes(meter: meter, progress: progress)
    guard outcomes.contains(where: \.isReached) else {
      throw FreeholdError(
        .offline, "a copied home asks a node first, and none can be reached",
        hint: "the folder stays as it is until then")
    }
  }

  /// The bound folder; nil when there is none.
  func openMirror() throws -> FolderMirror? {
    guard !boundFolder.isEmpty else { return nil }
    // What the copy knew of the folder may be of another time: everything is compared.
    if comparesAnew {
      try FolderMirror.forget(home, disk: environment.disk)
      try ReleasedRows.removeAll(in: home, disk: environment.disk)
    }
    do {
      let mirror = try FolderMirror(
        folder: boundFolder, called: facts.folder, home: home, storeKey: keys.storeKey,
        disk: environment.disk)
      mirror.mounts = mounts()
      mirror.ignoring = IgnoreFile(parsing: ignoredAbove)
      return mirror
    } catch let error as FolderError {
      throw FreeholdError(
        .noSuchVault, "the vault's folder cannot be opened: \(error)",
        hint: "is its disk mounted?")
    }
  }
}

extension FolderChanges {
  /// The changes counted by kind, before anything is read.
  var counts: SyncReport.FileCounts {
    var counts = SyncReport.FileCounts()
    for change in changes {
      switch change.action {
      case .created: counts.added += 1
      case .deleted: counts.deleted += 1
      default: counts.changed += 1
      }
    }
    return counts
  }
}
