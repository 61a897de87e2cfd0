import Synchronization

/// The durable write, over any file system's calls.
///
/// The idea: bytes are made durable under a name nobody reads, then the name is changed in one
/// step, then the change of name is made durable. Between any two steps the old file is whole.
///
///     write  .part-1-7        old bytes under `head`
///     sync   .part-1-7        old bytes under `head`
///     rename .part-1-7 head   old or new bytes under `head` after a crash
///     sync   folder           new bytes under `head`
///
/// A kernel may drop the pages that it failed to write and call the next sync a success, so a
/// failed sync is never repeated: the path is marked untrusted and refused from then on.
/// (Rebello et al., "Can applications recover from fsync failures?", ATC 2020.)
public final class DurableDisk: Disk {
  /// So many files of a batch are open at once.
  private static let openFilesMax = 64
  /// So many temporary names that are taken are passed over before giving up.
  private static let leftoversMax = 10_000

  let calls: any DiskCalls
  private let state = Mutex(State())

  private struct State {
    var untrusted: Set<DiskPath> = []
    var temporaryCount: UInt64 = 0
  }

  /// Keeps files through the given calls.
  public init(_ calls: any DiskCalls) {
    self.calls = calls
  }

  /// The disk of this machine.
  public static func live() -> DurableDisk {
    DurableDisk(PosixCalls())
  }

  // MARK: Writing

  /// Writes each file, syncs each, renames each, then syncs each folder once.
  public func writeDurably(_ writes: [DiskWrite]) throws {
    for write in writes { try requireTrusted(write.path) }
    var staged: [StagedFile] = []
    var renamedCount = 0
    do {
      var rest = writes[...]
      while !rest.isEmpty {
        try stage(rest.prefix(Self.openFilesMax), into: &staged)
        rest = rest.dropFirst(Self.openFilesMax)
      }
      for file in staged {
        try calls.rename(file.temporary, to: file.path)
        renamedCount += 1
      }
    } catch {
      discard(staged[renamedCount...])
      throw error
    }
    try syncFolders(of: writes.map(\.path))
  }

  /// Begins a file that is written piece by piece and appears at its path on `commit()`.
  public func makeFile(_ path: DiskPath) throws -> DurableFile {
    try requireTrusted(path)
    let temporary = try makeTemporary(for: path)
    return DurableFile(
      path: path, temporary: temporary.path, handle: temporary.handle, disk: self)
  }

  /// Removes files durably.
  ///
  /// Those that are not there are passed over.
  public func remove(_ paths: [DiskPath]) throws {
    for path in paths {
      try requireTrusted(path)
      do {
        try calls.unlink(path)
      } catch let error as DiskError where error.code == .notFound {
        // A removal that a crash interrupted is repeated: the name may be gone and not durably
        // so. The folder is synced below in any case.
        continue
      }
    }
    try syncFolders(of: paths)
  }

  /// Renames a file or folder durably, in place of what has the new name.
  public func move(_ path: DiskPath, to target: DiskPath) throws {
    try requireTrusted(path)
    try requireTrusted(target)
    try calls.rename(path, to: target)
    // The new name first: between the two syncs the file may have both names, never none.
    try syncFolders(of: [target, path])
  }

  /// Makes a folder and those above it that are missing, durably.
  public func makeFolder(_ path: DiskPath) throws {
    guard let parent = path.parent else { return }
    if let item = try calls.item(at: path) {
      guard item.kind == .folder else {
        throw DiskError(.wrongKind, at: path, "a folder is wanted here, and there is a file")
      }
      // It may be there and not durable yet: an earlier process may have died in between.
      // A parent that we may not open is not ours, so we did not make this folder either.
      do {
        try syncFolder(parent)
      } catch let error as DiskError where error.code == .denied {}
      return
    }
    try makeFolder(parent)
    do {
      try calls.makeFolder(path)
    } catch let error as DiskError where error.code == .exists {
      // Somebody made it meanwhile.
    }
    try syncFolder(parent)
  }

  /// Removes an empty folder durably.
  public func removeFolder(_ path: DiskPath) throws {
    try requireTrusted(path)
    try calls.removeFolder(path)
    try syncFolders(of: [path])
  }

  /// Removes the temporary files that a crash left in a folder; says how many.
  public func removeLeftovers(in folder: DiskPath) throws -> Int {
    let leftovers = try calls.names(in: folder).filter(TemporaryName.matches)
    for name in leftovers { try calls.unlink(folder.appending(name)) }
    return leftovers.count
  }

  /// Makes the names in a folder durable.
  public func syncFolder(_ path: DiskPath) throws {
    try requireTrusted(path)
    try distrustingFailure(of: [path]) { try calls.syncFolder(path) }
  }

  // MARK: The rest

  /// Takes a lock that dies with its holder.
  public func lock(_ path: DiskPath) throws -> any DiskLock { try calls.lock(path) }

  /// Where a database of this name lies.
  public func databasePlace(_ path: DiskPath) throws -> DatabasePlace {
    try calls.databasePlace(path)
  }

  /// Does nothing on a real disk.
  public func crashPoint(_ name: StaticString) throws { try calls.crashPoint(name) }

  // MARK: Steps of the durable write

  /// A written and synced file that does not have its name yet.
  private struct StagedFile {
    let path: DiskPath
    let temporary: DiskPath
  }

  /// Writes and syncs some files of a batch under temporary names.
  private func stage(_ writes: ArraySlice<DiskWrite>, into staged: inout [StagedFile]) throws {
    var handles: [(handle: DiskHandle, path: DiskPath)] = []
    defer { for open in handles { calls.close(open.handle) } }
    for write in writes {
      let temporary = try makeTemporary(for: write.path)
      staged.append(StagedFile(path: write.path, temporary: temporary.path))
      handles.append((temporary.handle, write.path))
      try append(write.bytes, to: temporary.handle)
    }
    // All are written before the first is synced: the kernel then writes them out together.
    for open in handles { try sync(open.handle, of: open.path) }
  }

  /// Removes what a failed batch left.
  ///
  /// Nothing reads these names, so a failure here is harmless and the first error is the one to
  /// report.
  private func discard(_ staged: ArraySlice<StagedFile>) {
    for file in staged { try? calls.unlink(file.temporary) }
  }

  func append(_ bytes: [UInt8], to handle: DiskHandle) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let taken = try calls.write(UnsafeRawBufferPointer(rebasing: rest), to: handle)
        rest = rest.dropFirst(taken)
      }
    }
  }

  func sync(_ handle: DiskHandle, of path: DiskPath) throws {
    try distrustingFailure(of: [path]) { try calls.sync(handle) }
  }

  /// Syncs the folder of each path, each folder once.
  func syncFolders(of paths: [DiskPath]) throws {
    var synced: Set<DiskPath> = []
    for path in paths {
      guard let folder = path.parent, synced.insert(folder).inserted else { continue }
      try requireTrusted(folder)
      let inFolder = paths.filter { $0.parent == folder }
      try distrustingFailure(of: [folder] + inFolder) { try calls.syncFolder(folder) }
    }
  }

  // MARK: Trust

  func requireTrusted(_ path: DiskPath) throws {
    let isUntrusted = state.withLock { state in
      if state.untrusted.isEmpty { return false }
      return state.untrusted.contains(path) || path.parent.map(state.untrusted.contains) ?? false
    }
    guard !isUntrusted else {
      throw DiskError(
        .untrusted, at: path, "a write here failed before, so nothing more is written here")
    }
  }

  /// Runs a sync; marks the paths untrusted when it fails, unless only space was missing: then
  /// the temporary file is thrown away and a later write begins with a new one.
  private func distrustingFailure(of paths: [DiskPath], _ sync: () throws -> Void) throws {
    do {
      try sync()
    } catch let error as DiskError where error.code != .noSpace {
      if error.code != .denied, error.code != .notFound {
        state.withLock { $0.untrusted.formUnion(paths) }
      }
      throw error
    }
  }

  /// Makes a file beside the path.
  ///
  /// A name that an earlier process has left behind is passed over.
  private func makeTemporary(for path: DiskPath) throws -> (path: DiskPath, handle: DiskHandle) {
    guard let folder = path.parent, !path.name.isEmpty else {
      throw DiskError(.invalidPath, at: path, "a file cannot have this name")
    }
    var attemptsLeft = Self.leftoversMax
    while true {
      let number = state.withLock { state in
        state.temporaryCount += 1
        return state.temporaryCount
      }
      let temporary = folder.appending(TemporaryName.make(number: number))
      do {
        return (temporary, try calls.makeFile(temporary))
      } catch let error as DiskError where error.code == .exists && attemptsLeft > 0 {
        attemptsLeft -= 1
      }
    }
  }
}
