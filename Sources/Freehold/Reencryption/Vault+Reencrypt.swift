import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPacking
import VaultSealing
import VaultStore
import VaultSync

// What was sealed before keys were changed is sealed anew, under the newest ones.
//
// The idea: each file is cut where its manifest cuts it, so it stays the same content for every
// device, and only where it lies is new. Pieces come from the folder when it has them, else from
// the nodes. After some files the nodes get their packs, then the tree is told: a run that is
// stopped is gone on with by the next one, which finds less to do. The tree comes last because what
// others changed meanwhile is heard while the packs go out, and stays as they wrote it.
//
// Old packs stay at the nodes as long as the history names them.

extension Vault {
  private static let bytesPerStep = 64 << 20
  private static let filesPerStep = 2_000

  /// What lies under keys of before, in the scope at a path and those inside it.
  ///
  /// Throws `usage` when the folder there has no keys of its own, `refused` when this device may
  /// not write.
  public func planReencryption(at path: VaultPath) async throws -> ReencryptionPlan {
    try await keyHolder(at: path).planReencryption()
  }

  /// Seals it anew and brings it to the nodes; what is left over.
  ///
  /// Ends early when a node has no space left. Throws `offline` when no node answers. What was done
  /// until then stays.
  public func reencrypt(
    at path: VaultPath, progress: SyncProgress = SyncProgress()
  ) async throws -> ReencryptionOutcome {
    let holder = try await keyHolder(at: path)
    var outcome = ReencryptionOutcome()
    try await holder.reencrypt(progress, &outcome.problems)
    outcome.left = try await holder.planReencryption()
    return outcome
  }

  private func keyHolder(at path: VaultPath) async throws -> Vault {
    let (holder, rest) = try await holder(of: path)
    guard rest.names.isEmpty else {
      throw FreeholdError(
        .usage, "that folder has no keys of its own",
        hint: "freehold grants shows the folders that have; without a path it is everything")
    }
    return holder
  }

  private func planReencryption() async throws -> ReencryptionPlan {
    guard writesHere, let epoch = keyring.writingKey(scope)?.number else {
      throw FreeholdError(.refused, "this device may not write there, so it seals nothing anew")
    }
    var plan = ReencryptionPlan()
    plan.waitingBytes = try database.read { try $0.pendingBytes() }
    let reader = try contentReader(meter: TrafficMeter())
    for object in filesInPacks() {
      let heads = tree.contents(of: object)
      var isLeft = false
      for head in heads where !isLeft {
        isLeft = try await isSealed(head, otherwiseThan: epoch, reader)
      }
      guard isLeft else { continue }
      guard heads.count == 1 else {
        plan.conflictCount += 1
        continue
      }
      plan.fileCount += 1
      plan.bytes += try Manifest(decoding: heads[0].value).sizeBytes
    }
    for (_, part) in try await openParts() { plan = plan + (try await part.planReencryption()) }
    return plan
  }

  private func reencrypt(_ progress: SyncProgress, _ problems: inout [Problem]) async throws {
    guard !comparesAnew else {
      throw FreeholdError(
        .needsDecision, "this home became a new device and has not compared the folder yet",
        hint: "freehold sync, then freehold reencrypt")
    }
    // What others changed meanwhile is not to be written over, and what a run that was stopped has
    // sealed is to be brought.
    try await bringResealed(progress, &problems)
    guard let epoch = keyring.writingKey(scope)?.number else { return }
    let mirror = try openMirror()
    var rest = filesInPacks()[...]
    while !rest.isEmpty, !problems.isFull {
      try Task.checkCancellation()
      var files: [ResealedFile] = []
      var bytes = 0
      let reader = try contentReader(meter: TrafficMeter())
      while files.count < Self.filesPerStep, bytes < Self.bytesPerStep, let object = rest.popFirst()
      {
        let heads = tree.contents(of: object)
        guard heads.count == 1, try await isSealed(heads[0], otherwiseThan: epoch, reader)
        else { continue }
        let file = ResealedFile(
          object: object, head: heads[0], manifest: try Manifest(decoding: heads[0].value))
        files.append(file)
        bytes += file.manifest.sizeBytes
      }
      guard !files.isEmpty else { continue }
      progress.begin(.reading, files: files.count, bytes: bytes)
      let (values, troubles) = try await seal(files, than: epoch, mirror?.root, reader, progress)
      problems += troubles
      try await bringResealed(progress, &problems)
      guard !problems.isFull else { break }
      let records = try packRecordsToAnnounce()
      try commit { draft in
        try draft.announce(records)
        for (file, value) in values where draft.tree.contents(of: file.object) == [file.head] {
          try draft.setContent(file.object, to: value)
        }
      }
      try await bringResealed(progress, &problems)
    }
    for (_, part) in try await openParts() {
      problems = try await part.reencrypted(progress, after: problems)
    }
  }

  /// The same in a part of this vault, unless a node is full already; all that went wrong.
  private func reencrypted(
    _ progress: SyncProgress, after before: [Problem]
  ) async throws -> [Problem] {
    var problems = before
    guard !problems.isFull else { return problems }
    try await reencrypt(progress, &problems)
    return problems
  }

  /// The files of which something lies in packs, in the order of their names.
  private func filesInPacks() -> [ObjectID] {
    var objects: [ObjectID] = []
    tree.forEachFolder { _, children in
      for child in children where child.kind == .file {
        let isPacked = tree.contents(of: child.object).contains { head in
          (try? Manifest(decoding: head.value))?.packs.isEmpty == false
        }
        if isPacked { objects.append(child.object) }
      }
    }
    return objects
  }

  /// Whether a content lies, in part, under other keys than an epoch's.
  ///
  /// So does one of which that cannot be told, because its list of pieces is not to be had.
  private func isSealed(
    _ head: ContentHead, otherwiseThan epoch: UInt64, _ reader: ContentReader
  ) async throws -> Bool {
    guard let manifest = try? Manifest(decoding: head.value) else { return false }
    switch manifest.body {
    case .inline: return false
    case .extents(let extents): return extents.contains { $0.isSealed(otherwiseThan: epoch) }
    case .indirect(let list, _):
      if list.contains(where: { $0.isSealed(otherwiseThan: epoch) }) { return true }
      do {
        return try await reader.extents(of: manifest).contains { $0.isSealed(otherwiseThan: epoch) }
      } catch let error as FreeholdError where error.isOfOneFile {
        return true
      }
    }
  }

  /// Brings what was sealed to the nodes, so that the outbox never holds more than one step, and
  /// hears what others did.
  ///
  /// That a node could not be reached is not said any more when it was reached later.
  private func bringResealed(_ progress: SyncProgress, _ problems: inout [Problem]) async throws {
    guard !nodeBook.isEmpty else { return }
    let outcomes = try await exchangeWithNodes(meter: TrafficMeter(), progress: progress)
    try Task.checkCancellation()
    guard outcomes.contains(where: \.isReached) else {
      throw FreeholdError(
        .offline, "no node can be reached; what is sealed anew so far is kept",
        hint: "freehold reencrypt goes on where it stopped")
    }
    problems.removeAll { $0.code == .offline && $0.node != nil }
    problems += self.problems(outcomes).filter { !problems.contains($0) }
  }
}

extension [Problem] {
  /// Whether a node has no space left.
  fileprivate var isFull: Bool { contains { $0.code == .noSpace } }
}
