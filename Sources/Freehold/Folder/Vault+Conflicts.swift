import VaultCRDT
public import VaultEncoding
import VaultFolder
import VaultStore

/// A file that was written in several places at once: all its contents lie in the folder.
public struct VaultConflict: Hashable, Sendable {
  /// One of the contents.
  public struct Version: Hashable, Sendable {
    /// The names from the root down under which it is shown.
    public var path: [[UInt8]]
    /// The device that wrote it: its name where it is known.
    public var device: String
    /// When, by that device's clock.
    public var time: Timestamp
    /// Its length.
    public var sizeBytes: Int
    /// Whether this device wrote it.
    public var isMine: Bool
  }

  /// The names from the root down.
  public var path: [[UInt8]]
  /// The contents: first the one that has the file's own name.
  public var versions: [Version]
}

/// Which content of a file with several stays.
public enum ConflictChoice: String, Sendable, CaseIterable {
  /// The one that this device wrote; if it wrote none, the one under the file's own name.
  case mine
  /// The newest of those that another device wrote.
  case theirs
  /// All: the others become files of their own under the names that they have.
  case both
}

extension Vault {
  /// The files with several contents, in the order of their paths.
  ///
  /// Complexity: O(objects).
  public func conflicts() async throws -> [VaultConflict] {
    var found = ownConflicts()
    for (mount, part) in try await openParts() {
      found += try await part.conflicts().map { $0.below(mount.path) }
    }
    return found.sorted {
      $0.path.lexicographicallyPrecedes($1.path) { $0.lexicographicallyPrecedes($1) }
    }
  }

  private func ownConflicts() -> [VaultConflict] {
    var found: [VaultConflict] = []
    var pending = [(folder: ObjectID.root, path: [[UInt8]]())]
    while let (folder, path) = pending.popLast() {
      let shown = tree.shown(in: folder)
      for thing in shown where thing.kind == .folder {
        pending.append((thing.object, path + [thing.name]))
      }
      found += clashes(among: shown).map { things in
        VaultConflict(
          path: path + [tree.wantedName(of: things[0].object) ?? things[0].name],
          versions: things.compactMap { version($0, in: path) })
      }
      guard shown.contains(where: { $0.copy != nil }) else { continue }
      for thing in shown where thing.copy == nil && tree.hasSeveralContents(thing.object) {
        let all = [thing] + shown.filter { $0.object == thing.object && $0.copy != nil }
        guard all.count > 1 else { continue }
        found.append(
          VaultConflict(
            path: path + [thing.name], versions: all.compactMap { version($0, in: path) }))
      }
    }
    return found
  }

  private func version(_ thing: ShownThing, in path: [[UInt8]]) -> VaultConflict.Version? {
    guard let head = tree.content(of: thing) else { return nil }
    return VaultConflict.Version(
      path: path + [thing.name], device: deviceLabel(head.replica),
      time: Timestamp(milliseconds: head.time.milliseconds),
      sizeBytes: thing.kind == .file
        ? Manifest.size(decoding: head.value) ?? 0 : head.value.count,
      isMine: head.replica == device.key)
  }

  /// Ends the conflict of a file, named by its own path or that of one of its copies, and writes
  /// the folder.
  ///
  /// A content that does not stay remains in the history. Throws `usage` when the file has one
  /// content only. Of several files of one name, named by any of theirs, those that do not stay are
  /// removed.
  public func resolve(
    _ path: VaultPath, keep choice: ConflictChoice, progress: SyncProgress = SyncProgress()
  ) async throws -> SyncReport {
    if let inner = try await inner(path, at: nil) {
      return try await inner.vault.resolve(inner.path, keep: choice, progress: progress)
    }
    tree.labelClashes()
    if let things = try clash(at: path) {
      try resolve(things, keep: choice)
      return try await bringFolder(thatWere: [], progress: progress)
    }
    let (object, folder, things) = try conflicted(path)
    let heads = things.compactMap { tree.content(of: $0) }
    let mine = heads.first { $0.replica == device.key } ?? heads[0]
    let main: ContentHead =
      switch choice {
      case .mine: mine
      case .theirs: heads.first { $0 != mine } ?? mine
      case .both: heads[0]
      }
    var own: [(thing: ShownThing, object: ObjectID)] = []
    try commit { draft in
      try draft.setContent(object, to: main.value)
      guard choice == .both else { return }
      for thing in things.dropFirst() {
        guard let head = thing.copy else { continue }
        own.append(
          (
            thing,
            try draft.makeOwnFile(of: head, from: object, in: folder, named: thing.name)
          ))
      }
    }
    return try await bringFolder(thatWere: own, progress: progress)
  }

  /// A file with several contents, the folder that it lies in, and all its names there.
  private func conflicted(
    _ path: VaultPath
  ) throws -> (object: ObjectID, folder: ObjectID, things: [ShownThing]) {
    let folder = try find(VaultPath(path.names.dropLast()), in: tree)
    let shown = tree.shown(in: folder)
    guard let thing = shown.first(where: { $0.name == path.names.last }) else {
      // Says what there is instead.
      _ = try find(path, in: tree)
      throw FreeholdError(.usage, "the vault's root has no content")
    }
    let things = shown.filter { $0.object == thing.object }
    guard things.count > 1 else {
      throw FreeholdError(
        .usage, "that file has one content only",
        hint: "freehold conflicts lists those that have several")
    }
    return (thing.object, folder, things)
  }

  /// Writes the folder, in which copies became files of their own.
  private func bringFolder(
    thatWere own: [(thing: ShownThing, object: ObjectID)], progress: SyncProgress
  ) async throws -> SyncReport {
    var report = SyncReport()
    if let mirror = try openMirror() {
      for (thing, object) in own {
        mirror.index.rekey(mirror.keys.key(thing), to: mirror.keys.key(object))
      }
      try await writeFolder(
        mirror, nodes: nil, meter: TrafficMeter(), progress: progress, report: &report)
      report.problems += mirror.troubles.map { Problem(.warning, .partial, "\($0)") }
    }
    report.conflictCount = treeTotals().conflicts
    let open = report.conflictCount
    try database.write { try $0.setCounter("conflicts", to: open) }
    try storeCheckpointIfWorthIt()
    return report
  }
}
