extension FolderIndex {
  /// Makes room for so many more objects, so that rows are not moved over and over.
  public mutating func reserve(_ more: Int) {
    let total = columns.rows.count + more
    guard more > 1 << 12, total <= FolderIndex.objectsMax else { return }
    columns.rows.reserveCapacity(total)
    columns.tags.reserveCapacity(total * tagBytes)
  }

  /// Writes down an object: a new one, or where and how a known one is now.
  ///
  /// Whoever held its place until now must have moved or gone before.
  /// - Throws: ``FolderError``: `notFound` when its parent is not in the index, `exists` when
  ///   another object has that place, `wrongKind` when it would lie in itself or in a file,
  ///   `overLimit`.
  public mutating func record(_ object: IndexedObject) throws(FolderError) {
    let tagIsSound = object.contentTag.isEmpty || object.contentTag.count == tagBytes
    precondition(tagIsSound, "the content tag has the length given to the index")
    isChanged = true
    prepareInodes()
    guard let parent = parentRow(of: object.parent) else { throw refusal(.notFound, object) }
    let old = self.row(of: object.key)
    let holder = object.name.bytes.withUnsafeBytes { self.row(in: parent, named: $0) }
    if let holder, holder != old { throw refusal(.exists, object) }
    try checkParent(parent, of: object, old: old)
    try checkLimits(object)
    guard let device = addDevice(object.stat.device) else { throw refusal(.overLimit, object) }
    if let old {
      if columns.rows[Int(old)].parent == parent && holder == old {
        // Place and name stay; only the inode may need another slot.
        replaceStat(of: old, with: object, device: device)
        return
      }
      detach(old)
    }
    let row = old ?? newRow(object.key)
    columns.rows[Int(row)].parent = parent
    takeName(object.name, for: row)
    link(row)
    if old == nil {
      setStat(of: row, to: object, device: device)
      insertInode(of: row)
    } else {
      replaceStat(of: row, with: object, device: device)
    }
  }

  /// Writes down several objects whose places may have gone round (`a` is now `b`, and `b` is `a`),
  /// and removes others, from whose folders some of them may have come.
  ///
  /// Folders come before what lies in them: the order of ``FolderChanges/changes``.
  /// - Throws: as ``record(_:)``. The index is then half changed: throw it away.
  public mutating func record(
    contentsOf objects: [IndexedObject], removing keys: [FolderKey] = []
  ) throws(FolderError) {
    for object in objects {
      guard let row = row(of: object.key), columns.rows[Int(row)].isPlaced else { continue }
      let now = self.object(at: row)
      if now.parent != object.parent || now.name != object.name { detach(row) }
    }
    for key in keys { remove(key) }
    for object in objects { try record(object) }
  }

  /// Removes an object and all that lies in it; nothing happens when it is not there.
  ///
  /// Complexity: O(objects removed).
  public mutating func remove(_ key: FolderKey) {
    guard let top = row(of: key) else { return }
    isChanged = true
    prepareInodes()
    var rows = [top]
    var next = 0
    while next < rows.count {
      rows += childRows(of: rows[next])
      next += 1
    }
    for row in rows.reversed() {
      detach(row)
      removeInode(of: row)
      byKey.remove(hash: FolderIndex.keyHash(columns.rows[Int(row)].key), row: row)
      columns.rows[Int(row)].isLive = false
      columns.free.append(row)
    }
  }

  /// Lets the row of a key stand for another key, with all that lies in it.
  ///
  /// Returns whether it does: not when the first is unknown or the second has a row.
  @discardableResult
  public mutating func rekey(_ old: FolderKey, to new: FolderKey) -> Bool {
    guard let row = row(of: old), new != rootKey, self.row(of: new) == nil else { return false }
    isChanged = true
    byKey.remove(hash: FolderIndex.keyHash(old), row: row)
    columns.rows[Int(row)].key = new
    byKey.insert(hash: FolderIndex.keyHash(new), row: row)
    return true
  }

  // MARK: Checks

  private func refusal(_ code: FolderError.Code, _ object: IndexedObject) -> FolderError {
    let parent = path(of: object.parent)
    return FolderError(code, at: parent?.appending(object.name), action: "record")
  }

  private func checkParent(
    _ parent: UInt32, of object: IndexedObject, old: UInt32?
  ) throws(FolderError) {
    if let old, object.stat.kind != .folder, firstChild(of: old) != IndexColumns.none {
      throw refusal(.notEmpty, object)
    }
    guard parent != IndexColumns.none else { return }
    guard columns.rows[Int(parent)].kind == .folder else { throw refusal(.wrongKind, object) }
    var depth = 0
    var row = parent
    while row != IndexColumns.none {
      depth += 1
      guard row != old else { throw refusal(.wrongKind, object) }
      row = columns.rows[Int(row)].parent
    }
    guard depth < FolderIndex.depthMax else { throw refusal(.overLimit, object) }
  }

  private func checkLimits(_ object: IndexedObject) throws(FolderError) {
    let nameBytes = columns.names.count + object.name.bytes.count
    guard count < FolderIndex.objectsMax, nameBytes < FolderIndex.nameBytesMax else {
      throw refusal(.overLimit, object)
    }
  }

  // MARK: Rows

  /// The number of a device, a new one when needed; nothing when there are too many.
  mutating func addDevice(_ device: UInt64) -> UInt16? {
    if let slot = deviceSlot(device) { return slot }
    guard devices.count < Int(UInt16.max) else { return nil }
    devices.append(device)
    return UInt16(devices.count - 1)
  }

  private mutating func newRow(_ key: FolderKey) -> UInt32 {
    let empty = IndexColumns.Row(
      key: key, inode: 0, sizeBytes: 0, modifiedSeconds: 0, changedSeconds: 0,
      modifiedNanoseconds: 0, changedNanoseconds: 0, bornMark: 0, linkCount: 0,
      parent: IndexColumns.none, nameStart: 0, mode: 0, device: 0, nameCount: 0, isSettled: false,
      hasTag: false)
    let row: UInt32
    if let free = columns.free.popLast() {
      row = free
      columns.rows[Int(row)] = empty
    } else {
      row = UInt32(columns.rows.count)
      columns.rows.append(empty)
      columns.tags.append(contentsOf: repeatElement(0, count: tagBytes))
    }
    byKey.insert(hash: FolderIndex.keyHash(key), row: row)
    return row
  }

  func inodeHash(of row: UInt32) -> Int {
    FolderIndex.inodeHash(columns.rows[Int(row)].device, columns.rows[Int(row)].inode)
  }

  private mutating func insertInode(of row: UInt32) {
    let hash = inodeHash(of: row)
    byInode?.insert(hash: hash, row: row)
  }

  private mutating func removeInode(of row: UInt32) {
    let hash = inodeHash(of: row)
    byInode?.remove(hash: hash, row: row)
  }

  private mutating func replaceStat(
    of row: UInt32, with object: IndexedObject, device: UInt16
  ) {
    removeInode(of: row)
    setStat(of: row, to: object, device: device)
    insertInode(of: row)
  }

  private mutating func setStat(of row: UInt32, to object: IndexedObject, device: UInt16) {
    let stat = object.stat
    columns.rows[Int(row)].inode = stat.inode
    columns.rows[Int(row)].device = device
    columns.rows[Int(row)].sizeBytes = stat.sizeBytes
    columns.rows[Int(row)].modifiedSeconds = stat.modified.seconds
    columns.rows[Int(row)].modifiedNanoseconds = stat.modified.nanoseconds
    columns.rows[Int(row)].changedSeconds = stat.changed.seconds
    columns.rows[Int(row)].changedNanoseconds = stat.changed.nanoseconds
    columns.rows[Int(row)].bornMark = IndexColumns.bornMark(stat.born)
    columns.rows[Int(row)].linkCount = stat.linkCount
    columns.rows[Int(row)].mode = UInt16(truncatingIfNeeded: stat.mode)
    columns.rows[Int(row)].isSettled = object.isSettled
    columns.rows[Int(row)].hasTag = !object.contentTag.isEmpty
    for (index, byte) in object.contentTag.enumerated() {
      columns.tags[Int(row) * tagBytes + index] = byte
    }
  }

  private mutating func takeName(_ name: FileName, for row: UInt32) {
    if columns.unusedNameBytes > max(1 << 20, columns.names.count / 2) { packNames() }
    columns.rows[Int(row)].nameStart = UInt32(columns.names.count)
    columns.rows[Int(row)].nameCount = UInt8(name.bytes.count)
    columns.names.append(contentsOf: name.bytes)
  }

  /// Copies the names still in use into a new block.
  private mutating func packNames() {
    var packed: [UInt8] = []
    packed.reserveCapacity(columns.names.count - columns.unusedNameBytes)
    for row in columns.rows.indices where columns.rows[row].isLive {
      let start = packed.count
      columns.withName(of: UInt32(row)) { packed.append(contentsOf: $0) }
      columns.rows[row].nameStart = UInt32(start)
    }
    columns.names = packed
    columns.unusedNameBytes = 0
  }

  // MARK: Places

  /// Puts a row with its parent and name into the place table and its parent's list.
  mutating func link(_ row: UInt32) {
    let parent = columns.rows[Int(row)].parent
    let hash = columns.withName(of: row) { FolderIndex.placeHash(parent, $0) }
    byPlace.insert(hash: hash, row: row)
    columns.rows[Int(row)].isPlaced = true
    linkIntoList(row)
  }

  mutating func linkIntoList(_ row: UInt32) {
    let parent = columns.rows[Int(row)].parent
    let first = firstChild(of: parent)
    columns.rows[Int(row)].nextSibling = first
    columns.rows[Int(row)].previousSibling = IndexColumns.none
    if first != IndexColumns.none { columns.rows[Int(first)].previousSibling = row }
    setFirstChild(of: parent, to: row)
  }

  /// Takes a row out of its place; its name is given up.
  private mutating func detach(_ row: UInt32) {
    guard columns.rows[Int(row)].isPlaced else { return }
    unlink(row)
    columns.unusedNameBytes += Int(columns.rows[Int(row)].nameCount)
    columns.rows[Int(row)].nameCount = 0
    columns.rows[Int(row)].isPlaced = false
  }

  private mutating func unlink(_ row: UInt32) {
    let entry = columns.rows[Int(row)]
    let hash = columns.withName(of: row) { FolderIndex.placeHash(entry.parent, $0) }
    byPlace.remove(hash: hash, row: row)
    if entry.nextSibling != IndexColumns.none {
      columns.rows[Int(entry.nextSibling)].previousSibling = entry.previousSibling
    }
    if entry.previousSibling != IndexColumns.none {
      columns.rows[Int(entry.previousSibling)].nextSibling = entry.nextSibling
    } else {
      setFirstChild(of: entry.parent, to: entry.nextSibling)
    }
  }

  private mutating func setFirstChild(of parent: UInt32, to row: UInt32) {
    if parent == IndexColumns.none {
      firstTopRow = row
    } else {
      columns.rows[Int(parent)].firstChild = row
    }
  }
}
