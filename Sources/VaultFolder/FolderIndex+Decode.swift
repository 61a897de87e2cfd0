extension FolderIndex {
  /// Reads what ``encoded()`` wrote.
  ///
  /// Complexity: O(objects).
  /// - Throws: ``FolderError``, `damagedIndex`: for anything that ``encoded()`` could not have
  ///   written, whatever the bytes are.
  public init(decoding bytes: consuming [UInt8]) throws(FolderError) {
    var index = bytes.withUnsafeBytes { bytes -> FolderIndex? in
      var reader = IndexReader(bytes)
      guard var index = FolderIndex(header: &reader), index.decodeRows(&reader),
        reader.remaining == 0
      else { return nil }
      return index
    }
    // Of a long index the bytes go before the tables come.
    _ = consume bytes
    guard index?.fillTables() == true, let index else {
      throw FolderError(.damagedIndex, at: nil, action: "read index")
    }
    self = index
  }

  private init?(header reader: inout IndexReader) {
    guard let magic = reader.raw(FolderIndex.magic.count), magic.elementsEqual(FolderIndex.magic),
      let high = reader.fixed(UInt64.self), let low = reader.fixed(UInt64.self),
      let tagBytes = reader.fixed(UInt8.self), (8...32).contains(tagBytes),
      let hasStat = reader.fixed(UInt8.self), hasStat <= 1
    else { return nil }
    self.init(rootKey: FolderKey(high: high, low: low), tagBytes: Int(tagBytes))
    if hasStat == 1 {
      guard let stat = FolderIndex.rootStat(&reader) else { return nil }
      restoreRootStat(stat)
    }
    guard let deviceCount = reader.varint(), deviceCount < UInt64(UInt16.max) else { return nil }
    for _ in 0..<deviceCount {
      guard let device = reader.fixed(UInt64.self), !devices.contains(device) else { return nil }
      devices.append(device)
    }
  }

  private static func rootStat(_ reader: inout IndexReader) -> FileStat? {
    guard let device = reader.fixed(UInt64.self), let inode = reader.fixed(UInt64.self),
      let mode = reader.fixed(UInt32.self), let modified = time(&reader),
      let changed = time(&reader)
    else { return nil }
    return FileStat(
      device: device, inode: inode, sizeBytes: 0, mode: mode, modified: modified, changed: changed)
  }

  private static func time(_ reader: inout IndexReader) -> FileTime? {
    guard let seconds = reader.fixed(Int64.self), let nanoseconds = reader.fixed(UInt32.self),
      nanoseconds < 1_000_000_000
    else { return nil }
    return FileTime(seconds: seconds, nanoseconds: nanoseconds)
  }

  // MARK: Rows

  private mutating func decodeRows(_ reader: inout IndexReader) -> Bool {
    // A row takes more than 16 bytes, so a count that the input cannot hold allocates nothing.
    guard let count = reader.varint(), count <= UInt64(FolderIndex.objectsMax),
      Int(count) <= reader.remaining / 16, var cursor = RowCursor(&reader)
    else { return false }
    var rows: [IndexColumns.Row] = []
    rows.reserveCapacity(Int(count))
    var tags = [UInt8](repeating: 0, count: Int(count) * tagBytes)
    for row in 0..<Int(count) {
      guard let next = cursor.next(row: row, deviceCount: devices.count) else { return false }
      rows.append(next)
      if next.hasTag {
        guard let tag = cursor.tag(tagBytes) else { return false }
        tags.withUnsafeMutableBytes {
          UnsafeMutableRawBufferPointer(rebasing: $0[(row * tagBytes)...]).copyMemory(from: tag)
        }
      }
    }
    guard cursor.isAtEnd else { return false }
    columns.names = [UInt8](cursor.allNames)
    columns.rows = consume rows
    columns.tags = consume tags
    return checkTree()
  }

  /// Parents are folders, the tree is not too deep; fills the lists of children.
  private mutating func checkTree() -> Bool {
    var depths = [UInt16](repeating: 1, count: columns.rows.count)
    var firstTop = IndexColumns.none
    let isSound = columns.rows.withUnsafeMutableBufferPointer { rows in
      for row in rows.indices {
        let parent = rows[row].parent
        let first: UInt32
        if parent == IndexColumns.none {
          first = firstTop
          firstTop = UInt32(row)
        } else {
          depths[row] = depths[Int(parent)] + 1
          guard rows[Int(parent)].kind == .folder, depths[row] <= FolderIndex.depthMax else {
            return false
          }
          first = rows[Int(parent)].firstChild
          rows[Int(parent)].firstChild = UInt32(row)
        }
        rows[row].nextSibling = first
        if first != IndexColumns.none { rows[Int(first)].previousSibling = UInt32(row) }
      }
      return true
    }
    firstTopRow = firstTop
    return isSound
  }

  /// Fills the tables of keys and places; false when a key or a place is there twice.
  private mutating func fillTables() -> Bool {
    let rows = columns.rows
    let columns = columns
    let keyHashes = rows.map { FolderIndex.keyHash($0.key) }
    let placeHashes = rows.indices.map { row in
      columns.withName(of: UInt32(row)) { FolderIndex.placeHash(rows[row].parent, $0) }
    }
    let keys = SlotTable(hashes: keyHashes) { rows[Int($0)].key == rows[Int($1)].key }
    let places = SlotTable(hashes: placeHashes) { left, right in
      rows[Int(left)].parent == rows[Int(right)].parent
        && columns.withName(of: left) { name in
          columns.withName(of: right) { compareNames(name, $0) == 0 }
        }
    }
    guard let keys, let places, row(of: rootKey, in: keys) == nil else { return false }
    byKey = keys
    byPlace = places
    byInode = nil
    return true
  }

  private func row(of key: FolderKey, in table: SlotTable) -> UInt32? {
    table.find(hash: FolderIndex.keyHash(key)) { columns.rows[Int($0)].key == key }
  }
}
