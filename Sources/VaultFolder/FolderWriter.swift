internal import CPlatform
internal import Glibc
internal import Synchronization

/// Writes into the vault's folder: always whole, never outside, never over something unexpected.
///
/// - Every file is made under a draft's name in its folder and renamed into place, so nobody
///   sees a part of it. Drafts that a crash leaves behind are skipped by scans and removed by
///   ``removeStaleDrafts(of:)``.
/// - What is replaced, moved or removed is compared with an ``ExpectedState`` right before *and*
///   after the rename that takes it away, and put back when somebody was quicker.
/// - The attributes of folders are set by ``settle()``, after what is put into them.
/// - Owners are not set, except that a file keeps the owner of the file that it replaces.
///
/// Every call is about one thing; when it throws, the others can go on. Several threads may write
/// different things at once; ``settle()`` comes when they are through.
public final class FolderWriter: Sendable {
  /// How a writer works.
  public struct Options: Sendable {
    /// Permission bits that are set.
    ///
    /// Without set-user-ID and set-group-ID as a rule: owners are not restored, so such a file
    /// would run as somebody else than on the machine it comes from. ``allPermissions`` for an
    /// owner who restores an own vault and asks for it.
    public var permissionMask: UInt32
    /// Sync every file before it is put into place.
    ///
    /// Otherwise ``FolderWriter/settle()`` syncs all at once: much faster for a restore.
    public var syncsEachFile: Bool
    /// Called before every step that changes the folder; an error that it throws stops the step.
    ///
    /// For tests of what a crash leaves behind, and for stopping a long run between two steps.
    public var beforeStep: (@Sendable () throws(FolderError) -> Void)?

    /// All twelve bits.
    public static let allPermissions: UInt32 = 0o7777
    /// All but set-user-ID and set-group-ID.
    public static let usualPermissions: UInt32 = 0o1777

    /// The usual: no set-id bits, each file synced.
    public init(permissionMask: UInt32 = usualPermissions, syncsEachFile: Bool = true) {
      self.permissionMask = permissionMask & Options.allPermissions
      self.syncsEachFile = syncsEachFile
    }
  }

  /// The folder.
  public let root: FolderRoot
  let options: Options
  let session: UInt64
  private let state = Mutex(State())

  private struct State {
    var draftCount: UInt32 = 0
    /// Folders that were written into, and what they shall be in the end.
    var touched: [FolderPath: FileAttributes] = [:]
    /// A folder on each file system that was written to.
    var devices: [UInt64: Descriptor] = [:]
    /// Folders whose device is known.
    var seen: Set<FolderPath> = []
  }

  /// A writer that has not written yet.
  ///
  /// The generator gives the name of its drafts.
  public init(
    _ root: FolderRoot, options: Options = Options(),
    using generator: inout some RandomNumberGenerator
  ) {
    self.root = root
    self.options = options
    session = generator.next()
  }

  // MARK: Making

  /// Makes a folder that can be written to; ``settle()`` gives it its attributes.
  ///
  /// A folder that is there already is taken when the expectation allows it.
  /// - Throws: ``FolderError``.
  @discardableResult
  public func makeFolder(
    at path: FolderPath, attributes: FileAttributes = FileAttributes(),
    expecting expectation: ExpectedState = .absent
  ) throws(FolderError) -> FileStat {
    try step()
    let place = try Place(root, path, action: "make folder")
    if let there = try place.stat(expecting: expectation, "make folder") {
      guard there.kind == .folder else {
        throw FolderError(.exists, at: path, action: "make folder")
      }
    } else {
      let result = place.whileWritable {
        place.name.withCString { freehold_make_folder(place.folder.number, $0, 0o700) }
      }
      try check(result, at: path, "make folder")
      touch(place)
    }
    let usual = attributes.permissions ?? 0o755
    var attributes = attributes
    if expectation == .absent { attributes.permissions = usual }
    setWhenSettled(attributes, ofFolderAt: path)
    guard let stat = try place.stat() else {
      throw FolderError(.changedMeanwhile, at: path, action: "make folder")
    }
    return stat
  }

  /// Begins a file: write its content into the draft, then finish it.
  /// - Throws: ``FolderError``: `exists` or `changedMeanwhile` when what is there is not what is
  ///   expected (it is compared again in the end).
  public func draft(
    at path: FolderPath, expecting expectation: ExpectedState
  ) throws(FolderError) -> FileDraft {
    var last = LastFolder()
    return try draft(at: path, expecting: expectation, in: &last)
  }

  /// Begins a file, for writing many files folder by folder.
  public func draft(
    at path: FolderPath, expecting expectation: ExpectedState, in last: inout LastFolder
  ) throws(FolderError) -> FileDraft {
    try step()
    let place = try Place(root, path, in: &last, action: "write")
    let replaced = try place.stat(expecting: expectation, "write")
    if replaced?.kind == .folder { throw FolderError(.exists, at: path, action: "write") }
    let name = nextDraftName()
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    let number = place.whileWritable {
      name.withCString { freehold_openat(place.folder.number, $0, flags, 0o600) }
    }
    let file = Descriptor(try check(number, at: path, "write"))
    return FileDraft(
      self, file: file, name: name, place: place, replaced: replaced, expectation: expectation)
  }

  /// Makes or replaces a symbolic link.
  ///
  /// The target is bytes and need not lead anywhere.
  /// - Throws: ``FolderError``.
  @discardableResult
  public func writeLink(
    to target: [UInt8], at path: FolderPath, modified: FileTime? = nil,
    expecting expectation: ExpectedState
  ) throws(FolderError) -> Written {
    try step()
    let place = try Place(root, path, action: "make link")
    guard (1...FolderRoot.linkTargetBytesMax).contains(target.count), !target.contains(0) else {
      throw FolderError(.nameRefused, at: path, action: "make link")
    }
    _ = try place.stat(expecting: expectation, "make link")
    let draft = nextDraftName()
    let cTarget = target.map { CChar(bitPattern: $0) } + [0]
    let result = place.whileWritable {
      draft.withCString { freehold_make_symlink(cTarget, place.folder.number, $0) }
    }
    try check(result, at: path, "make link")
    var unapplied: [FolderError] = []
    if let modified {
      let result = draft.withCString {
        freehold_set_modified(
          place.folder.number, $0, modified.seconds, Int64(modified.nanoseconds))
      }
      if result < 0 { unapplied.append(FolderError(result: result, at: path, action: "set time")) }
    }
    return Written(stat: try put(draft, at: place, expecting: expectation), unapplied: unapplied)
  }

  /// Makes a hard link: another name for a file (or symbolic link) that is in the folder.
  /// - Throws: ``FolderError``: `otherDevice`, `unsupported`: write the content again instead.
  @discardableResult
  public func writeHardLink(
    to existing: FolderPath, at path: FolderPath, expecting expectation: ExpectedState
  ) throws(FolderError) -> FileStat {
    try step()
    let source = try Place(root, existing, action: "link")
    let place = try Place(root, path, action: "link")
    let old = try place.stat(expecting: expectation, "link")
    if let old, let there = try source.stat(), there.isSameThing(as: old) { return old }
    let draft = nextDraftName()
    let result = place.whileWritable {
      source.name.withCString { from in
        draft.withCString {
          freehold_make_link(source.folder.number, from, place.folder.number, $0)
        }
      }
    }
    if result == -NumberOfError.otherDevice {
      throw FolderError(.otherDevice, at: path, action: "link")
    }
    try check(result, at: path, "link")
    return try put(draft, at: place, expecting: expectation)
  }

  /// Puts a draft into place or removes it.
  func put(
    _ draft: FileName, at place: Place, expecting expectation: ExpectedState
  ) throws(FolderError) -> FileStat {
    try putUnseen(draft, at: place, expecting: expectation)
    guard let stat = try place.stat() else {
      throw FolderError(.changedMeanwhile, at: place.path, action: "write")
    }
    return stat
  }

  /// As ``put(_:at:expecting:)``, without looking at it afterwards.
  func putUnseen(
    _ draft: FileName, at place: Place, expecting expectation: ExpectedState
  ) throws(FolderError) {
    do throws(FolderError) {
      try step()
      try place.put(draft, expecting: expectation)
    } catch {
      place.unlink(draft)
      throw error
    }
    touch(place)
    if options.syncsEachFile { _ = freehold_fsync(place.folder.number) }
  }

  func step() throws(FolderError) { try options.beforeStep?() }

  func isOwnDraft(_ name: FileName) -> Bool { DraftName(name)?.session == session }

  func nextDraftName() -> FileName {
    let number = state.withLock { state in
      state.draftCount &+= 1
      return state.draftCount
    }
    return DraftName(session: session, number: number).fileName
  }

  // MARK: Folders in the end

  /// Has the attributes set when everything is written: a folder's own may forbid writing into
  /// it, and every write into it moves its time.
  public func setWhenSettled(_ attributes: FileAttributes, ofFolderAt path: FolderPath) {
    state.withLock { $0.touched[path] = attributes }
  }

  /// The folders that ``settle()`` will set attributes of.
  public var unsettledFolders: [FolderPath] { state.withLock { Array($0.touched.keys) } }

  func touch(_ place: Place) {
    let path = place.folderPath
    let isKnown = state.withLock { state in
      // A folder that was only told about is on some device that is not known yet.
      state.touched[path] != nil && state.seen.contains(path)
    }
    guard !isKnown else { return }
    let stat = try? place.folder.stat(nil)
    state.withLock { state in
      if state.touched[path] == nil { state.touched[path] = FileAttributes() }
      guard let stat else { return }
      state.seen.insert(path)
      if state.devices[stat.device] == nil { state.devices[stat.device] = place.folder }
    }
  }

  /// What was noted about folders in a folder that moved is about them at their new paths.
  func follow(moveFrom old: FolderPath, to new: FolderPath) {
    state.withLock { state in
      for (path, attributes) in state.touched where path.isWithin(old) {
        state.touched[path] = nil
        let rest = path.names.dropFirst(old.depth)
        state.touched[FolderPath(new.names + rest)] = attributes
      }
    }
  }

  /// Sets the attributes of folders, the deepest first, and makes sure that all is on the disk.
  /// - Returns: for every folder that was written into, how it is now, or why not.
  public func settle() -> [(path: FolderPath, result: Result<Written, FolderError>)] {
    let (touched, devices) = state.withLock { state in
      defer { (state.touched, state.devices, state.seen) = ([:], [:], []) }
      return (state.touched, state.devices)
    }
    let folders = touched.sorted { $0.key.depth > $1.key.depth }
    var settled: [(path: FolderPath, result: Result<Written, FolderError>)] = []
    for (path, attributes) in folders {
      let result = Result { () throws(FolderError) in
        try setAttributes(attributes, at: path, expecting: .anything)
      }
      settled.append((path, result))
    }
    if !options.syncsEachFile {
      for (_, folder) in devices {
        let result = freehold_sync_file_system(folder.number)
        guard result < 0 else { continue }
        let error = FolderError(result: result, at: .root, action: "sync")
        settled.append((.root, .failure(error)))
      }
    }
    return settled
  }
}
