internal import CPlatform

/// The folders under watch, by the kernel's numbers, and what was heard of them.
struct WatchedFolders {
  /// A folder under watch.
  struct Folder {
    /// Its name; nothing for the root.
    let name: FileName?
    /// The number of the folder that holds it; nothing for the root.
    let parent: Int32?
    /// The rules that bind in it.
    let rules: IgnoreRules
    /// Whether rules ignore it; it is watched because something in it is kept.
    let isIgnored: Bool
    /// The folders in it.
    var children: [FileName: Int32] = [:]
  }

  /// What the kernel is asked to tell of a folder.
  ///
  /// Not every write: a large file would be read again and again while it is copied here.
  static let events =
    FREEHOLD_EVENT_ATTRIBUTES | FREEHOLD_EVENT_WRITTEN | FREEHOLD_EVENT_MOVED_FROM
    | FREEHOLD_EVENT_MOVED_TO | FREEHOLD_EVENT_CREATED | FREEHOLD_EVENT_DELETED
    | FREEHOLD_EVENT_SELF_DELETED | FREEHOLD_EVENT_SELF_MOVED

  let foldersMax: Int
  /// Why not everything is watched.
  var shortage: FolderWatch.Shortage?
  /// What was heard and not taken yet.
  var news = FolderNews()
  /// The vault's folder, while it is open.
  var opened: FolderRoot?
  /// What the vault's folder was when the watch began.
  var rootStat: FileStat?
  /// The number of the vault's folder itself.
  private(set) var root: Int32?
  private var folders: [Int32: Folder] = [:]

  init(foldersMax: Int) { self.foldersMax = foldersMax }

  var count: Int { folders.count }

  subscript(_ watch: Int32) -> Folder? { folders[watch] }

  /// Where a folder lies.
  ///
  /// Complexity: O(depth).
  func path(of watch: Int32) -> FolderPath {
    var names: [FileName] = []
    var next: Int32? = watch
    while let watch = next, let folder = folders[watch] {
      if let name = folder.name { names.append(name) }
      next = folder.parent
    }
    return FolderPath(names.reversed())
  }

  /// Adds a folder to the one that holds it.
  mutating func insert(_ watch: Int32, _ folder: Folder) {
    folders[watch] = folder
    if let parent = folder.parent, let name = folder.name {
      folders[parent]?.children[name] = watch
    } else {
      root = watch
    }
  }

  /// Forgets a folder and all in it; their numbers.
  @discardableResult
  mutating func remove(_ watch: Int32) -> [Int32] {
    guard let top = folders[watch] else { return [] }
    if let parent = top.parent, let name = top.name, folders[parent]?.children[name] == watch {
      folders[parent]?.children[name] = nil
    }
    if root == watch { root = nil }
    var gone: [Int32] = []
    var pending = [watch]
    while let next = pending.popLast() {
      guard let folder = folders.removeValue(forKey: next) else { continue }
      gone.append(next)
      pending += folder.children.values
    }
    return gone
  }
}
