import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy
import VaultStore

extension Vault {
  /// Forgets what the index says about the inside of folders that scopes of their own look after:
  /// the files stay, and the scopes compare them with their trees.
  func releaseMounted(_ mirror: FolderMirror, isDryRun: Bool = false) throws {
    mirror.mounts = mounts()
    let before = mirror.index.count
    for mount in mirror.mounts {
      try keep(try release(mount, mirror), for: mount.scope, isDryRun: isDryRun)
    }
    if mirror.index.count != before, !isDryRun { try store(mirror) }
  }

  /// Brings the scopes inside this one in step, one after the other, and adds what they say.
  func syncParts(
    _ mirror: FolderMirror?, _ options: SyncOptions, progress: SyncProgress,
    report: inout SyncReport
  ) async throws {
    try await closeMovedParts()
    var hasWritten = false
    for mount in mounts() {
      try Task.checkCancellation()
      do {
        guard let part = try await part(mount.scope) else {
          report.problems.append(
            Problem(
              .warning, .partial, "\(mount.shown): this device has no key for it yet",
              hint: "a device that has it seals it to this one with its next sync"))
          continue
        }
        guard let folder = place(of: mount, mirror) else {
          report.problems.append(
            Problem(.warning, .partial, "\(mount.shown): its folder is not there yet"))
          continue
        }
        if !options.isDryRun { try await tell(part, mirror) }
        try await part.bind(folder, ignoring: mirror.map { rules(above: mount, $0) } ?? [])
        await part.takeOver(try rows(for: mount.scope))
        let own = try await syncPart(part, options, progress: progress)
        report.add(own)
        if !options.isDryRun, own.nodesReached > 0, try await plantInstead(of: mount, in: part) {
          try await part.bringRest(options, progress: progress, report: &report)
        }
        if !options.isDryRun, await part.hasTakenOver { try forgetRows(for: mount.scope) }
        try adoptPolicy(await part.policy)
        if !options.isDryRun, try await settleStrays(of: mount, in: part) {
          hasWritten = true
          try await part.bringRest(options, progress: progress, report: &report)
        }
      } catch let error as FreeholdError {
        report.problems.append(
          Problem(
            .warning, error.code == .needsDecision ? .partial : error.code,
            "\(mount.shown): \(error.message)", hint: error.hint))
      }
    }
    let notes = options.isDryRun ? [] : try await settleAccess()
    report.problems += notes
    if hasWritten || !notes.isEmpty {
      try await bringRest(options, progress: progress, report: &report)
    }
  }

  private func syncPart(
    _ part: Vault, _ options: SyncOptions, progress: SyncProgress
  ) async throws -> SyncReport {
    do {
      let report = try await part.sync(options, progress: progress)
      try await learn(from: part)
      return report
    } catch {
      try await learn(from: part)
      throw error
    }
  }

  /// Where a scope's folder is on the disk now; nil when it is not there.
  private func place(of mount: Mount, _ mirror: FolderMirror?) -> [UInt8]? {
    guard let mirror else { return [] }
    guard let path = mirror.index.path(of: mirror.keys.key(mount.object)) else { return nil }
    return boundFolder + [UInt8(ascii: "/")] + path.bytes
  }

  /// Binds a part to where its folder is.
  func bind(_ folder: [UInt8], ignoring rules: [UInt8]) throws {
    ignoredAbove = rules
    guard boundFolder != folder else { return }
    boundFolder = folder
    try database.write { try $0.setMeta(Self.boundKey, to: folder) }
  }

  /// Tells a part what the scope around it knows: the policy, and for managers the nodes and where
  /// packs lie that were sealed around it.
  private func tell(_ part: Vault, _ mirror: FolderMirror?) async throws {
    try await part.adoptPolicy(policy)
    guard policy.state.managerGrant(of: device) != nil else { return }
    var wanted = settingsForParts()
    for key in await part.packKeys() {
      if let value = tree.setting(key) { wanted.append((key, value)) }
    }
    try await part.take(settings: wanted)
  }

  /// Whether this part's own index has what the one around it knew.
  var hasTakenOver: Bool { isComplete && released.isEmpty }

  /// The settings of packs in this tree.
  func packKeys() -> [[UInt8]] { tree.settings(prefix: PackRecord.prefix).map(\.key) }

  /// Makes settings say what the scope around says.
  func take(settings: [(key: [UInt8], value: [UInt8])]) throws {
    // Before it has heard everything, a part of this device would only repeat what is there.
    guard isComplete else { return }
    let differing = settings.filter { tree.setting($0.key) != $0.value }
    for slice in differing.slices(of: Self.changesPerBatch / 4) {
      try commit { draft in
        for (key, value) in slice { try draft.setSetting(key, to: value) }
      }
    }
  }
}

extension Mount {
  /// The path for messages.
  var shown: String { VaultPath(path).shown }
}

extension SyncReport {
  /// Adds what a scope inside the vault's folder says.
  mutating func add(_ part: SyncReport) {
    sentBytes += part.sentBytes
    receivedBytes += part.receivedBytes
    outgoing.add(part.outgoing)
    incoming.add(part.incoming)
    conflictCount += part.conflictCount
    redundancy.isMet = redundancy.isMet && part.redundancy.isMet
    nodesReached = min(nodesReached, part.nodesReached)
    problems += part.problems.filter { !problems.contains($0) }
    problems.sort { $0.severity < $1.severity }
  }
}

extension SyncReport.FileCounts {
  fileprivate mutating func add(_ other: SyncReport.FileCounts) {
    added += other.added
    changed += other.changed
    deleted += other.deleted
  }
}
