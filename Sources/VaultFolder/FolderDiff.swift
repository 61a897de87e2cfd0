/// Compares the folder index with a scan and says what the user did in between.
///
/// Listings are added as the scan gives them. What is found at its place is settled at once and
/// costs no memory; what is not becomes a *node*, and when the scan is over the nodes are
/// matched with the objects that were not found:
///
/// 1. An entry at the place of an object of its kind is that object. For files the place wins
///    over the inode, because programs save by writing a new file over the old name; unless that
///    file and the one that had the place are both known and changed places.
/// 2. A folder that is, by device, inode and time of birth, a known folder missing at its old
///    place was moved, with all that is in it. Here identity wins over the place.
/// 3. A file or link likewise when size and modification time also agree.
/// 4. The rest of the entries were created; the rest of the objects, deleted.
///
/// Example: index `a/x`, `b`; scan `c/x`, `b`. `c` is a node, and `c/x` with it. In the end `c`
/// turns out to be the folder `a`, so `x` is at its place in it: one change, moved a → c.
///
/// Invariant: an object is deleted only if the folder that held it was read to its end (or is
/// itself deleted). A pure function of index and listings.
public struct FolderDiff {
  var index: FolderIndex
  var nodes: [DiffNode] = []
  /// What was seen of the nodes, folder by folder.
  var listings: [DiffListing] = []
  /// Names that could not be looked at, in folders that are nodes.
  var unreadable: [Int: [FileName]] = [:]
  /// Objects of another kind that had the places of nodes.
  var replaced: [Int: FolderKey] = [:]
  /// For each row of the index what the scan has shown.
  var rowStates: [RowState]
  var rootIsListed = false
  /// Changes of objects that are where they were.
  var inPlace: [LocalChange] = []
  /// Nodes that are moved objects, and what else changed in them.
  var movedAndChanged: [(node: Int, action: LocalChange.Action)] = []
  var result = FolderChanges()
  var links: [LinkKey: [LinkMember]] = [:]
  private var levels: [Level] = []

  /// What the scan has shown of a row.
  struct RowState: OptionSet {
    let rawValue: UInt8
    /// It is there, here or elsewhere.
    static let seen = RowState(rawValue: 1)
    /// It is a folder and was read to its end.
    static let listed = RowState(rawValue: 2)
  }

  /// A file on the disk.
  struct LinkKey: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  enum LinkMember {
    case row(UInt32)
    case node(UInt32)
  }

  /// A folder of the scan whose folders may still be listed.
  private struct Level {
    let folders: [FileName: DiffNode.Folder]
  }

  /// A comparison with this index.
  public init(with index: FolderIndex) {
    self.index = index
    rowStates = [RowState](repeating: [], count: index.columns.rows.count)
    result.indexedCount = index.count
  }

  // MARK: Listings

  /// Adds what the scan saw in one folder; a folder's listing comes after that of its parent.
  ///
  /// Complexity: O(entries).
  public mutating func add(_ listing: FolderListing) {
    if let trouble = listing.trouble { result.troubles.append(trouble) }
    result.troubles += listing.unreadable.map(\.error)
    if listing.path.isRoot {
      result.rootWasReplaced = index.rootStat.map { $0.inode != listing.stat.inode } ?? false
      index.adoptRoot(listing.stat)
    }
    let depth = listing.path.depth
    guard depth <= levels.count else { return }
    levels.removeLast(levels.count - depth)
    guard let folder = folder(of: listing) else {
      levels.append(Level(folders: [:]))
      return
    }
    switch folder {
    case .row(let row): addAtPlace(listing, row)
    case .node(let node): addToNode(listing, node)
    }
  }

  private func folder(of listing: FolderListing) -> DiffNode.Folder? {
    guard let name = listing.path.name else { return .row(IndexColumns.none) }
    return levels.last?.folders[name]
  }

  private mutating func addAtPlace(_ listing: FolderListing, _ parent: UInt32) {
    for (name, _) in listing.unreadable {
      let row = name.bytes.withUnsafeBytes { index.row(in: parent, named: $0) }
      if let row { rowStates[Int(row)].insert(.seen) }
    }
    let isWhole = listing.trouble == nil
    if isWhole { markListed(parent) }
    var folders: [FileName: DiffNode.Folder] = [:]
    var rest = FolderListing(path: listing.path, stat: listing.stat)
    for position in listing.indices {
      let stat = listing.stat(at: position)
      let holder = listing.withName(at: position) { index.row(in: parent, named: $0) }
      // Where nothing is said of new names, what is at its place must be settled here.
      if let holder, belongs(stat, to: holder, orElsewhere: isWhole) {
        if stat.kind == .folder { folders[listing.name(at: position)] = .row(holder) }
        settle(holder, stat, in: listing.path)
      } else if isWhole {
        rest.append(position, of: listing)
      }
    }
    addNodes(rest, in: .row(parent), &folders)
    levels.append(Level(folders: folders))
  }

  private mutating func addToNode(_ listing: FolderListing, _ node: UInt32) {
    let isWhole = listing.trouble == nil
    nodes[Int(node)].isListed = isWhole
    if !listing.unreadable.isEmpty { unreadable[Int(node)] = listing.unreadable.map(\.name) }
    var folders: [FileName: DiffNode.Folder] = [:]
    // Where the ignore rules may be missing, nothing is taken for new.
    if isWhole { addNodes(listing, in: .node(node), &folders) }
    levels.append(Level(folders: folders))
  }

  /// Makes every entry of a listing a node.
  private mutating func addNodes(
    _ entries: FolderListing, in parent: DiffNode.Folder,
    _ folders: inout [FileName: DiffNode.Folder]
  ) {
    guard !entries.isEmpty else { return }
    let listing = UInt32(listings.count)
    listings.append(DiffListing(entries: entries, parent: parent))
    for position in entries.indices {
      if entries.stat(at: position).kind == .folder {
        folders[entries.name(at: position)] = .node(UInt32(nodes.count))
      }
      nodes.append(DiffNode(listing: listing, position: UInt32(position)))
    }
  }

  // MARK: Nodes

  func stat(of node: Int) -> FileStat {
    listings[Int(nodes[node].listing)].entries.stat(at: Int(nodes[node].position))
  }

  func kind(of node: Int) -> FileKind { stat(of: node).kind }

  func parent(of node: Int) -> DiffNode.Folder { listings[Int(nodes[node].listing)].parent }

  /// Where the folder of a node is.
  func folder(of node: Int) -> FolderPath { listings[Int(nodes[node].listing)].entries.path }

  func withName<Result>(of node: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    listings[Int(nodes[node].listing)].entries.withName(at: Int(nodes[node].position), body)
  }

  /// True when an entry at a row's place is settled by that alone.
  ///
  /// Another folder at the place of a folder is not: it may be one that was moved there. Neither
  /// is a file that is known from another place.
  private mutating func belongs(
    _ stat: FileStat, to row: UInt32, orElsewhere canWait: Bool
  ) -> Bool {
    guard index.columns.rows[Int(row)].kind == stat.kind else { return false }
    if isSameThing(stat, row) { return true }
    guard stat.kind != .folder else { return false }
    guard canWait else { return true }
    index.prepareInodes()
    return !knownRows(of: stat).contains { $0 != row }
  }

  /// The rows that are this file or link by all that a stat tells, wherever it lies now.
  private func knownRows(of stat: FileStat) -> [UInt32] {
    guard let device = index.deviceSlot(stat.device) else { return [] }
    return index.rows(device: device, inode: stat.inode).filter { row in
      let known = index.columns.rows[Int(row)]
      return isSameThing(stat, row) && known.sizeBytes == stat.sizeBytes
        && known.modified == stat.modified
    }
  }

  // MARK: Rows

  mutating func markListed(_ row: UInt32) {
    if row == IndexColumns.none {
      rootIsListed = true
    } else {
      rowStates[Int(row)].insert(.listed)
    }
  }

  /// Device, inode, kind and, where it is known, time of birth agree.
  func isSameThing(_ stat: FileStat, _ row: UInt32) -> Bool {
    let entry = index.columns.rows[Int(row)]
    let bornMark = IndexColumns.bornMark(stat.born)
    return entry.inode == stat.inode && index.devices[Int(entry.device)] == stat.device
      && entry.kind == stat.kind
      && (entry.bornMark == bornMark || entry.bornMark == 0 || bornMark == 0)
  }

  /// Settles that an entry is the object of a row, at the same place, and notes what changed.
  mutating func settle(_ row: UInt32, _ stat: FileStat, in folder: FolderPath) {
    rowStates[Int(row)].insert(.seen)
    noteLink(stat, .row(row))
    let entry = index.columns.rows[Int(row)]
    guard let action = FolderDiff.change(of: entry, isSame: isSameThing(stat, row), to: stat)
    else { return }
    let path = folder.appending(index.name(of: row))
    if index.devices[Int(entry.device)] != stat.device { result.mountsChanged.append(path) }
    inPlace.append(
      LocalChange(
        action: action, object: .known(entry.key),
        parent: .known(index.key(ofParent: entry.parent)), path: path, stat: stat))
  }

  mutating func noteLink(_ stat: FileStat, _ member: LinkMember) {
    guard stat.linkCount > 1, stat.kind == .file || stat.kind == .symlink else { return }
    links[LinkKey(device: stat.device, inode: stat.inode), default: []].append(member)
  }

  /// What the stat of an object at its place says.
  ///
  /// A change time that moved is explained by another mode or count of links. Unexplained, it may
  /// hide a change of content by a program that put the modification time back.
  private static func change(
    of row: IndexColumns.Row, isSame: Bool, to stat: FileStat
  ) -> LocalChange.Action? {
    let sameMode = row.mode == UInt16(truncatingIfNeeded: stat.mode)
    let sameTimes = row.modified == stat.modified && row.changed == stat.changed
    if stat.kind == .folder {
      return isSame && sameMode && sameTimes ? nil : .attributesChanged
    }
    guard isSame, row.sizeBytes == stat.sizeBytes, row.modified == stat.modified, row.isSettled
    else { return .contentMaybeChanged }
    if row.changed == stat.changed { return sameMode ? nil : .attributesChanged }
    let isExplained = !sameMode || row.linkCount != stat.linkCount
    return isExplained && stat.kind == .file ? .attributesChanged : .contentMaybeChanged
  }
}
