/// What lay in the vault's folder when it was last in step: one row per object.
///
/// The next scan is compared with it (``FolderDiff``), and every write checks with it that the
/// disk still holds what is about to be replaced (``FolderWriter``). It is not a cache: without
/// it nobody can tell a deleted file from one that was never there.
///
/// A row is found by its key, by its place (parent and name) and by its inode. A value type; the
/// caller stores its ``encoded()`` bytes, sealed. Format: docs/spec/folder.md, «Folder index».
public struct FolderIndex: Sendable {
  /// More objects than this in one index are refused.
  public static let objectsMax = 16_000_000
  /// The bytes of all names together are below this.
  static let nameBytesMax = Int(UInt32.max)
  /// Folders within folders.
  static let depthMax = FolderScan.depthMax + 1

  /// The key that stands for the vault's folder itself.
  ///
  /// It has no row.
  public let rootKey: FolderKey
  /// How many bytes content tags have: 8 to 32.
  public let tagBytes: Int
  /// The vault's folder when it was last in step; nothing before the first time.
  public private(set) var rootStat: FileStat?
  /// Whether anything was written down since the index was made, read or kept.
  public internal(set) var isChanged = false

  var columns = IndexColumns()
  /// Numbers of devices; the first is that of the vault's folder.
  var devices: [UInt64] = []
  var byKey = SlotTable()
  var byPlace = SlotTable()
  /// Nothing until it is needed: most syncs find nothing to look up in it.
  var byInode: SlotTable? = SlotTable()
  /// The first of the rows whose parent is the vault's folder.
  var firstTopRow = IndexColumns.none

  /// An empty index.
  /// - Parameter tagBytes: 8 to 32.
  public init(rootKey: FolderKey, tagBytes: Int = 32) {
    precondition((8...32).contains(tagBytes), "content tags have 8 to 32 bytes")
    self.rootKey = rootKey
    self.tagBytes = tagBytes
  }

  /// The count of objects.
  public var count: Int { byKey.count }

  /// Notes what the vault's folder is now.
  ///
  /// Device numbers may differ after a restart of the machine; when the folder is the same thing
  /// but for that, its rows follow it.
  public mutating func adoptRoot(_ stat: FileStat) {
    let isNews =
      rootStat.map { known in
        known.device != stat.device || known.inode != stat.inode || known.mode != stat.mode
          || known.modified != stat.modified || known.changed != stat.changed
      } ?? true
    if isNews { isChanged = true }
    if devices.isEmpty {
      devices = [stat.device]
    } else if devices[0] != stat.device, rootStat?.inode == stat.inode {
      devices[0] = stat.device
    }
    rootStat = stat
  }

  /// Notes that the index as it is now has been kept.
  public mutating func wasKept() {
    isChanged = false
  }

  mutating func restoreRootStat(_ stat: FileStat?) {
    rootStat = stat
  }

  // MARK: Finding

  /// The object of a key.
  public func object(_ key: FolderKey) -> IndexedObject? {
    row(of: key).map(object(at:))
  }

  /// The object of that name in that folder.
  public func object(in parent: FolderKey, named name: FileName) -> IndexedObject? {
    guard let parentRow = parentRow(of: parent) else { return nil }
    return name.bytes.withUnsafeBytes { row(in: parentRow, named: $0) }.map(object(at:))
  }

  /// The object at a path.
  ///
  /// Complexity: O(depth).
  public func object(at path: FolderPath) -> IndexedObject? {
    row(at: path).map(object(at:))
  }

  /// All objects that are names of one file on the disk, in the order of their keys.
  ///
  /// Complexity: O(objects) until the first change of an index that was read.
  public func objects(device: UInt64, inode: UInt64) -> [IndexedObject] {
    guard let slot = deviceSlot(device) else { return [] }
    return rows(device: slot, inode: inode).map(object(at:)).sorted { $0.key < $1.key }
  }

  /// The path of an object; nothing when it is not in the index.
  ///
  /// Complexity: O(depth).
  public func path(of key: FolderKey) -> FolderPath? {
    key == rootKey ? .root : row(of: key).map(path(ofRow:))
  }

  /// What lies in a folder, in no particular order.
  public func children(of parent: FolderKey) -> [IndexedObject] {
    guard let parentRow = parentRow(of: parent) else { return [] }
    return childRows(of: parentRow).map(object(at:))
  }

  /// All objects, in no particular order.
  public var objects: [IndexedObject] {
    columns.rows.indices.filter { columns.rows[$0].isLive }.map { object(at: UInt32($0)) }
  }

  /// For each of the wanted content tags an object whose content has it, if there is one.
  ///
  /// Complexity: O(objects).
  public func keys(ofTags wanted: Set<[UInt8]>) -> [[UInt8]: FolderKey] {
    var found: [[UInt8]: FolderKey] = [:]
    for row in columns.rows.indices where columns.rows[row].isLive && columns.rows[row].hasTag {
      let tag = Array(columns.tags[(row * tagBytes)..<((row + 1) * tagBytes)])
      if wanted.contains(tag) { found[tag] = columns.rows[row].key }
    }
    return found
  }

  /// What a writer should find on the disk where the object is.
  public func expectation(of key: FolderKey) -> ExpectedState {
    object(key).map { .unchanged($0.stat) } ?? .absent
  }
}
