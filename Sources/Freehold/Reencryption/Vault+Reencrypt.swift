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
      guard try await !resealed(object, heads, than: epoch, reader).isEmpty else { continue }
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
        guard heads.count == 1,
          let file = try await resealed(object, heads, than: epoch, reader).first
        else { continue }
        files.append(file)
        bytes += file.manifest.sizeBytes
      }
      guard !files.isEmpty else { continue }
      progress.begin(.reading, files: files.count, bytes: bytes)
      let values = try await seal(files, than: epoch, mirror?.root, reader, progress)
      try await bringResealed(progress, &problems)
      guard !problems.isFull else { break }
      let records = try packRecordsToAnnounce()
      try commit { draft in
        for (pack, record) in records {
          try draft.setSetting(PackRecord.key(pack), to: record.bytes)
        }
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

  /// Those contents of a file that lie, in part, under other keys than an epoch's.
  private func resealed(
    _ object: ObjectID, _ heads: [ContentHead], than epoch: UInt64, _ reader: ContentReader
  ) async throws -> [ResealedFile] {
    var files: [ResealedFile] = []
    for head in heads {
      guard let manifest = try? Manifest(decoding: head.value) else { continue }
      let extents = try await reader.extents(of: manifest)
      var pieces = extents
      if case .indirect(let list, _) = manifest.body { pieces += list }
      guard pieces.contains(where: { $0.isSealed(otherwiseThan: epoch) }) else { continue }
      files.append(
        ResealedFile(object: object, head: head, manifest: manifest, extents: extents))
    }
    return files
  }

  /// Seals some files; what their manifests are now.
  ///
  /// Their packs are durable here when this returns.
  private func seal(
    _ files: [ResealedFile], than epoch: UInt64, _ root: FolderRoot?, _ reader: ContentReader,
    _ progress: SyncProgress
  ) async throws -> [(file: ResealedFile, value: [UInt8])] {
    let tools = try makeIntake(knowing: epoch)
    var numbers: [Int: ResealedFile] = [:]
    for file in files {
      let number = try await seal(file, root, tools, reader)
      numbers[number] = file
      progress.advance(files: 1, bytes: file.manifest.sizeBytes)
    }
    try tools.finish(store: store)
    var values: [(file: ResealedFile, value: [UInt8])] = []
    for finished in tools.intake.takeFinished() {
      guard let file = numbers[finished.file] else { continue }
      guard finished.manifest.contentTag == file.manifest.contentTag,
        case .extents(let extents) = finished.manifest.body
      else { throw FreeholdError(.failed, "a file that is sealed anew became another content") }
      let content: ScopeSeed.Content =
        extents.count <= Manifest.directExtentsMax
        ? .value(finished.manifest.bytes)
        : .long(
          extents: extents, sizeBytes: file.manifest.sizeBytes,
          contentTag: file.manifest.contentTag)
      values.append((file, try bytes(of: content)))
    }
    return values
  }

  /// Seals one file's pieces: from the folder, or from the nodes; its number in the intake.
  private func seal(
    _ file: ResealedFile, _ root: FolderRoot?, _ tools: IntakeTools, _ reader: ContentReader
  ) async throws -> Int {
    if let root, let names = tree.path(of: file.object) {
      let number = tools.intake.begin()
      let path = FolderPath(names.compactMap { FileName($0) })
      if try tools.cut(path, in: root, at: file.extents, as: number, store: store) {
        tools.intake.end(number)
        return number
      }
      tools.intake.abandon(number)
    }
    let number = tools.intake.begin()
    for extent in file.extents {
      try Task.checkCancellation()
      switch extent {
      case .hole(let length): tools.intake.addHole(length, to: number)
      case .data(let chunk):
        tools.intake.add(try await reader.read(chunk), to: number)
        try tools.advance(store: store)
      }
    }
    tools.intake.end(number)
    return number
  }

  /// Brings what was sealed to the nodes, so that the outbox never holds more than one step, and
  /// hears what others did.
  ///
  /// Of what went wrong before only what was altered is still said.
  private func bringResealed(_ progress: SyncProgress, _ problems: inout [Problem]) async throws {
    guard !nodeBook.isEmpty else { return }
    let outcomes = try await exchangeWithNodes(meter: TrafficMeter(), progress: progress)
    try Task.checkCancellation()
    guard outcomes.contains(where: \.isReached) else {
      throw FreeholdError(
        .offline, "no node can be reached; what is sealed anew so far is kept",
        hint: "freehold reencrypt goes on where it stopped")
    }
    problems.removeAll { $0.code != .tampered }
    problems += self.problems(outcomes).filter { !problems.contains($0) }
  }
}

extension [Problem] {
  /// Whether a node has no space left.
  fileprivate var isFull: Bool { contains { $0.code == .noSpace } }
}

extension Manifest.Extent {
  /// Whether a piece lies under another key than those of an epoch.
  fileprivate func isSealed(otherwiseThan epoch: UInt64) -> Bool {
    guard case .data(let chunk) = self else { return false }
    return chunk.key != .epoch(epoch)
  }
}

extension IntakeTools {
  /// Cuts a file of the folder at given places; false when it is not that content, or is not there.
  fileprivate func cut(
    _ path: FolderPath, in root: FolderRoot, at extents: [Manifest.Extent], as number: Int,
    store: (ContentIntake.Packed) throws -> Void
  ) throws -> Bool {
    var cutter = PieceCutter(extents)
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    func take(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
      try Task.checkCancellation()
      return try cutter.take(bytes) { bytes, length in
        guard let bytes else { return intake.addHole(length, to: number) }
        intake.add(bytes, to: number)
        try advance(store: store)
      }
    }
    do {
      let file = try FileReader(root, at: path)
      while let goesOn = try file.nextPiece({ piece -> Bool in
        switch piece {
        case .data(let bytes): return try take(bytes)
        case .hole(let length):
          var left = length
          while left > 0 {
            let count = Int(min(left, Int64(zeros.count)))
            guard
              try zeros.withUnsafeBytes({
                try take(UnsafeRawBufferPointer(rebasing: $0[..<count]))
              })
            else { return false }
            left -= Int64(count)
          }
          return true
        }
      }) {
        guard goesOn else { return false }
      }
    } catch is FolderError {
      return false
    }
    return cutter.isComplete
  }
}
