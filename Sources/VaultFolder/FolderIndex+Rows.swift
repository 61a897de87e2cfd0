/// Rows by number: what the public calls, the diff and the codec are made of.
extension FolderIndex {
  func object(at row: UInt32) -> IndexedObject {
    let entry = columns.rows[Int(row)]
    let start = Int(row) * tagBytes
    return IndexedObject(
      key: entry.key, parent: key(ofParent: entry.parent), name: name(of: row), stat: stat(of: row),
      contentTag: entry.hasTag ? Array(columns.tags[start..<start + tagBytes]) : [],
      isSettled: entry.isSettled)
  }

  func name(of row: UInt32) -> FileName {
    FileName(trusted: columns.withName(of: row) { [UInt8]($0) })
  }

  func stat(of row: UInt32) -> FileStat {
    let entry = columns.rows[Int(row)]
    return FileStat(
      device: devices[Int(entry.device)], inode: entry.inode, sizeBytes: entry.sizeBytes,
      mode: UInt32(entry.mode), modified: entry.modified, changed: entry.changed,
      linkCount: entry.linkCount)
  }

  func key(ofParent row: UInt32) -> FolderKey {
    row == IndexColumns.none ? rootKey : columns.rows[Int(row)].key
  }

  func path(ofRow row: UInt32) -> FolderPath {
    var names: [FileName] = []
    var row = row
    while row != IndexColumns.none {
      names.append(name(of: row))
      row = columns.rows[Int(row)].parent
    }
    return FolderPath(names.reversed())
  }

  func row(at path: FolderPath) -> UInt32? {
    var found: UInt32?
    for name in path.names {
      let parent = found ?? IndexColumns.none
      found = name.bytes.withUnsafeBytes { row(in: parent, named: $0) }
      if found == nil { return nil }
    }
    return found
  }

  /// The row of a folder, `none` for the vault's folder; nothing when the key is unknown.
  func parentRow(of key: FolderKey) -> UInt32? {
    key == rootKey ? IndexColumns.none : row(of: key)
  }

  func row(of key: FolderKey) -> UInt32? {
    byKey.find(hash: FolderIndex.keyHash(key)) { columns.rows[Int($0)].key == key }
  }

  func row(in parent: UInt32, named name: UnsafeRawBufferPointer) -> UInt32? {
    byPlace.find(hash: FolderIndex.placeHash(parent, name)) { row in
      columns.rows[Int(row)].parent == parent
        && columns.withName(of: row) { compareNames($0, name) == 0 }
    }
  }

  static func keyHash(_ key: FolderKey) -> Int {
    PairHash.hash(key.high, key.low)
  }

  static func placeHash(_ parent: UInt32, _ name: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(parent)
    hasher.combine(bytes: name)
    return hasher.finalize()
  }

  static func inodeHash(_ device: UInt16, _ inode: UInt64) -> Int {
    PairHash.hash(UInt64(device), inode)
  }

  func deviceSlot(_ device: UInt64) -> UInt16? {
    devices.firstIndex(of: device).map { UInt16($0) }
  }

  /// Makes the table of inodes if there is none.
  mutating func prepareInodes() {
    guard byInode == nil else { return }
    var table = SlotTable()
    for row in columns.rows.indices where columns.rows[row].isLive {
      table.insert(hash: inodeHash(of: UInt32(row)), row: UInt32(row))
    }
    byInode = table
  }

  func rows(device: UInt16, inode: UInt64) -> [UInt32] {
    guard let byInode else {
      return columns.rows.indices.filter {
        let row = columns.rows[$0]
        return row.isLive && row.inode == inode && row.device == device
      }.map { UInt32($0) }
    }
    var rows: [UInt32] = []
    _ = byInode.find(hash: FolderIndex.inodeHash(device, inode)) { row in
      let entry = columns.rows[Int(row)]
      if entry.device == device && entry.inode == inode { rows.append(row) }
      return false
    }
    return rows
  }

  func firstChild(of parent: UInt32) -> UInt32 {
    parent == IndexColumns.none ? firstTopRow : columns.rows[Int(parent)].firstChild
  }

  func childRows(of parent: UInt32) -> [UInt32] {
    var rows: [UInt32] = []
    var row = firstChild(of: parent)
    while row != IndexColumns.none {
      rows.append(row)
      row = columns.rows[Int(row)].nextSibling
    }
    return rows
  }
}
