internal import CPlatform
internal import Glibc
internal import Synchronization

// Watching a folder with all that is in it.
//
// The idea: the kernel watches single folders, by number. Here each number has its name and its
// parent, so that an event becomes a path. A folder that appears is watched first and read
// afterwards, so nothing slips through between; one that is moved is forgotten where it was and
// watched anew where it is, which also gives it the ignore rules of its new place.
//
// Example: `mkdir a; mv a b; echo > b/x` gives the paths a, b, b/x; what lies there is for the
// next scan to find out.
//
// Invariant: a folder that is watched has a watched parent, or is the root. What may have been
// missed is said (`isUnsure`, `shortage`), so that somebody scans.

/// Notices changes in the vault's folder while they happen.
///
/// It tells where something may have changed, never what: the scan finds that out. Ignored folders
/// and the vault's own `.freehold` are not watched. Changes that another machine makes on a network
/// file system are not noticed, and neither are writes to a file before it is closed.
public final class FolderWatch: Sendable {
  /// Why not everything is watched.
  public enum Shortage: Hashable, Sendable {
    /// The user's watches are used up (`fs.inotify.max_user_watches`).
    case watches
    /// There are more folders than this program watches.
    case folders
    /// The kernel gives no watch for another reason; the system's error number.
    case other(Int32)
  }

  /// Folders that are watched at most: each costs some hundred bytes here and 1 KiB in the kernel.
  public static let foldersMax = 1_000_000
  /// Paths that are remembered; with more, everything may have changed.
  static let pathsMax = 10_000

  /// The folder's path in the system.
  ///
  /// It is opened for moments only: a folder that is held open cannot be unmounted.
  private let systemPath: [UInt8]
  private let queue: Descriptor
  private let ignoreFileName: FileName?
  private let keeps: @Sendable (FolderPath) -> Bool
  private let state: Mutex<WatchedFolders>

  /// Makes a watch that watches nothing yet.
  ///
  /// `keeps` is asked about ignored folders, as by ``FolderScan``.
  /// - Throws: ``FolderError`` when the system has no watch to give.
  public init(
    systemPath: [UInt8], ignoreFileName: FileName? = IgnoreFile.name,
    keeps: @escaping @Sendable (FolderPath) -> Bool = { _ in false }, foldersMax: Int = foldersMax
  ) throws(FolderError) {
    self.systemPath = systemPath
    self.ignoreFileName = ignoreFileName
    self.keeps = keeps
    queue = Descriptor(try check(freehold_watch_open(), at: nil, "watch"))
    state = Mutex(WatchedFolders(foldersMax: foldersMax))
  }

  /// The descriptor that can be read when there are events, for whoever waits for that.
  public var descriptor: Int32 { queue.number }

  /// Why not everything is watched; nothing when it is.
  public var shortage: Shortage? { state.withLock { $0.shortage } }

  /// How many folders are watched.
  public var folderCount: Int { state.withLock { $0.count } }

  /// Begins to watch the folder and everything in it.
  ///
  /// Scan afterwards: what changed before is not told. Complexity: O(names in all folders).
  public func start() {
    state.withLock { folders in
      attach(.root, parent: nil, rules: IgnoreRules(), to: &folders)
      folders.opened = nil
    }
  }

  /// Takes in what the kernel has to tell, without waiting; true when there is news to `take`.
  public func read() -> Bool {
    state.withLock { folders in
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
        while true {
          let filled = freehold_watch_read(queue.number, buffer.baseAddress, buffer.count)
          guard filled > 0 else { break }
          var offset = 0
          var event = freehold_event()
          while freehold_next_event(buffer.baseAddress, filled, &offset, &event) == 1 {
            take(event, &folders)
          }
        }
      }
      folders.opened = nil
      return !folders.news.isEmpty
    }
  }

  /// What was read and not taken yet.
  ///
  /// That the folder itself is gone is told again and again: only another watch helps.
  public func take() -> FolderNews {
    state.withLock { folders in
      let news = folders.news
      folders.news = FolderNews()
      folders.news.isRootGone = news.isRootGone
      return news
    }
  }

  /// Waits until the kernel has something to tell; false when the time is over.
  public func waitForEvents(milliseconds: Int32) -> Bool {
    freehold_wait_readable(queue.number, milliseconds) == 1
  }

  // MARK: Events

  private func take(_ event: freehold_event, _ folders: inout WatchedFolders) {
    if event.events & FREEHOLD_EVENT_OVERFLOW != 0 { return startAgain(&folders) }
    guard let folder = folders[event.watch] else { return }
    if event.events & FREEHOLD_EVENT_WATCH_ENDED != 0 {
      if folder.parent == nil { folders.news.isRootGone = true }
      return detach(event.watch, &folders)
    }
    let ofRoot =
      FREEHOLD_EVENT_SELF_DELETED | FREEHOLD_EVENT_SELF_MOVED | FREEHOLD_EVENT_UNMOUNTED
    if event.events & ofRoot != 0 {
      if folder.parent == nil { folders.news.isRootGone = true }
      return
    }
    guard event.nameBytes > 0 else {
      return note(folders.path(of: event.watch), &folders)
    }
    let bytes = UnsafeRawBufferPointer(start: event.name, count: event.nameBytes)
    guard let name = FileName(bytes) else { return }
    take(event.events, name, in: event.watch, folder, &folders)
  }

  private func take(
    _ events: UInt32, _ name: FileName, in watch: Int32, _ folder: WatchedFolders.Folder,
    _ folders: inout WatchedFolders
  ) {
    let isFolder = events & FREEHOLD_EVENT_IS_FOLDER != 0
    guard !isOurOwn(name, isTop: folder.parent == nil) else { return }
    let path = folders.path(of: watch).appending(name)
    if isFolder {
      let leaves = FREEHOLD_EVENT_MOVED_FROM | FREEHOLD_EVENT_DELETED
      let arrives = FREEHOLD_EVENT_MOVED_TO | FREEHOLD_EVENT_CREATED
      if events & (leaves | arrives) != 0, let known = folder.children[name] {
        detach(known, &folders)
      }
      if events & arrives != 0 {
        guard !isIgnored(name, in: folder, at: path, isFolder: true) else { return }
        attach(path, parent: watch, rules: folder.rules, to: &folders)
      }
    } else {
      guard !isIgnored(name, in: folder, at: path, isFolder: false) else { return }
      if name == ignoreFileName { watchAnew(watch, &folders) }
      // A file that is being written says so again when it is closed.
      if events & FREEHOLD_EVENT_CREATED != 0, isOpenFile(path, &folders) { return }
      if TransientName.matches(name) { return }
    }
    note(path, &folders)
  }

  /// True for a file just made, which is closed, and thereby told of, when it is written.
  ///
  /// Links and pipes are never closed, and further names of a file need not be.
  private func isOpenFile(_ path: FolderPath, _ folders: inout WatchedFolders) -> Bool {
    guard let stat = (try? root(&folders)?.stat(at: path)) ?? nil else { return false }
    return stat.kind == .file && stat.linkCount == 1
  }

  private func isOurOwn(_ name: FileName, isTop: Bool) -> Bool {
    (isTop && name == FolderRoot.markerName) || DraftName(name) != nil
  }

  private func isIgnored(
    _ name: FileName, in folder: WatchedFolders.Folder, at path: FolderPath, isFolder: Bool
  ) -> Bool {
    guard let parent = path.parent else { return false }
    let matcher = folder.rules.matcher(in: parent)
    let isIgnored =
      folder.isIgnored || name.bytes.withUnsafeBytes { matcher.ignores($0, isFolder: isFolder) }
    return isIgnored && !keeps(path)
  }

  private func note(_ path: FolderPath, _ folders: inout WatchedFolders) {
    guard folders.news.paths.count < Self.pathsMax else {
      folders.news.isUnsure = true
      return
    }
    folders.news.paths.insert(path)
  }

  /// Events were lost: everything is watched anew, and everything may have changed.
  private func startAgain(_ folders: inout WatchedFolders) {
    folders.news.isUnsure = true
    if let root = folders.root { detach(root, &folders) }
    folders.shortage = nil
    attach(.root, parent: nil, rules: IgnoreRules(), to: &folders)
  }

  /// Other ignore rules bind in a folder: other folders below it are to be watched.
  private func watchAnew(_ watch: Int32, _ folders: inout WatchedFolders) {
    guard let folder = folders[watch] else { return }
    let path = folders.path(of: watch)
    let parent = folder.parent
    let rules = parent.flatMap { folders[$0]?.rules } ?? IgnoreRules()
    // The numbers stay: what is queued under them is still to be heard.
    let before = folders.remove(watch)
    attach(path, parent: parent, rules: rules, to: &folders)
    for gone in before where folders[gone] == nil {
      _ = freehold_watch_remove(queue.number, gone)
    }
  }

  // MARK: Folders

  /// The vault's folder, opened when it is needed; nothing when it is not what it was.
  private func root(_ folders: inout WatchedFolders) -> FolderRoot? {
    if let opened = folders.opened { return opened }
    guard let opened = try? FolderRoot(systemPath: systemPath),
      folders.rootStat.map({ opened.stat.isSameThing(as: $0) }) ?? true
    else {
      folders.news.isRootGone = true
      return nil
    }
    folders.rootStat = opened.stat
    folders.opened = opened
    return opened
  }

  /// A folder that is to be watched.
  private struct Pending {
    let path: FolderPath
    let parent: Int32?
    let rules: IgnoreRules
    let isIgnored: Bool
  }

  /// Watches a folder and those in it.
  private func attach(
    _ path: FolderPath, parent: Int32?, rules: IgnoreRules, to folders: inout WatchedFolders
  ) {
    var isIgnored = false
    if let parent, let name = path.name, let holder = folders[parent] {
      let matcher = rules.matcher(in: path.parent ?? .root)
      isIgnored =
        holder.isIgnored || name.bytes.withUnsafeBytes { matcher.ignores($0, isFolder: true) }
    }
    var pending = [Pending(path: path, parent: parent, rules: rules, isIgnored: isIgnored)]
    while let next = pending.popLast() {
      guard folders.shortage == nil else { return }
      guard let root = root(&folders) else { return }
      // What vanished or turned into something else meanwhile has events of its own.
      guard let folder = try? root.openFolderAnew(at: next.path) else { continue }
      add(next, folder, root, &folders, &pending)
    }
  }

  private func add(
    _ next: Pending, _ folder: Descriptor, _ root: FolderRoot, _ folders: inout WatchedFolders,
    _ pending: inout [Pending]
  ) {
    guard folders.count < folders.foldersMax else {
      folders.shortage = .folders
      return
    }
    let watch = freehold_watch_add(queue.number, folder.number, WatchedFolders.events)
    guard watch > 0 else {
      if watch != -ENOENT, watch != -ENOTDIR {
        folders.shortage = watch == -ENOSPC ? .watches : .other(-watch)
      }
      return
    }
    // One folder has one number: known already, it was moved here and its event is still to come.
    if folders[watch] != nil { folders.remove(watch) }
    let content = FolderNames(of: folder, at: next.path, ignoreFileName: ignoreFileName)
    var rules = next.rules
    if !next.isIgnored, content.hasIgnoreFile, let ignoreFileName,
      let file = try? root.ignoreFile(ignoreFileName, in: folder, at: next.path)
    {
      rules = rules.adding(file, at: next.path)
    }
    folders.insert(
      watch,
      WatchedFolders.Folder(
        name: next.path.name, parent: next.parent, rules: rules, isIgnored: next.isIgnored))
    let matcher = rules.matcher(in: next.path)
    for name in content.folders where !isOurOwn(name, isTop: next.path.isRoot) {
      let path = next.path.appending(name)
      let isIgnored =
        next.isIgnored || name.bytes.withUnsafeBytes { matcher.ignores($0, isFolder: true) }
      if isIgnored, !keeps(path) { continue }
      guard path.depth <= FolderScan.depthMax else { continue }
      pending.append(Pending(path: path, parent: watch, rules: rules, isIgnored: isIgnored))
    }
  }

  /// Ends the watch of a folder and of those in it.
  private func detach(_ watch: Int32, _ folders: inout WatchedFolders) {
    for gone in folders.remove(watch) { _ = freehold_watch_remove(queue.number, gone) }
  }
}
