extension FolderIndex {
  static let magic: [UInt8] = [UInt8]("FHINDEX1".utf8)

  /// The index as bytes, to be sealed and stored by the caller.
  ///
  /// Complexity: O(objects).
  ///
  /// Format: docs/spec/folder.md, «Folder index».
  public func encoded() -> [UInt8] {
    // Half as much again as is needed would be a great deal of memory in a large folder.
    var writer = IndexWriter(
      capacity: count * (tagBytes + 48) + columns.names.count + 4096)
    writer.raw(FolderIndex.magic)
    writer.fixed(rootKey.high)
    writer.fixed(rootKey.low)
    writer.fixed(UInt8(tagBytes))
    encodeRootStat(to: &writer)
    writer.varint(UInt64(devices.count))
    for device in devices { writer.fixed(device) }
    let order = parentsFirst()
    writer.varint(UInt64(order.count))
    encodePlaces(order, to: &writer)
    encodeStats(order, to: &writer)
    return writer.bytes
  }

  /// Live rows, each after its parent, and what lies in one folder together.
  private func parentsFirst() -> [UInt32] {
    var order: [UInt32] = []
    order.reserveCapacity(count)
    func appendChildren(of parent: UInt32) {
      var row = firstChild(of: parent)
      while row != IndexColumns.none {
        order.append(row)
        row = columns.rows[Int(row)].nextSibling
      }
    }
    appendChildren(of: IndexColumns.none)
    var next = 0
    while next < order.count {
      appendChildren(of: order[next])
      next += 1
    }
    return order
  }

  private func encodeRootStat(to writer: inout IndexWriter) {
    writer.fixed(UInt8(rootStat == nil ? 0 : 1))
    guard let stat = rootStat else { return }
    writer.fixed(stat.device)
    writer.fixed(stat.inode)
    writer.fixed(stat.mode)
    for time in [stat.modified, stat.changed] {
      writer.fixed(time.seconds)
      writer.fixed(time.nanoseconds)
    }
  }

  private func encodePlaces(_ order: [UInt32], to writer: inout IndexWriter) {
    var positions = [UInt32](repeating: 0, count: columns.rows.count)
    for (position, row) in order.enumerated() { positions[Int(row)] = UInt32(position + 1) }
    writer.column { column in
      for row in order {
        column.fixed(columns.rows[Int(row)].key.high)
        column.fixed(columns.rows[Int(row)].key.low)
      }
    }
    writer.column { column in
      var previous: Int64 = 0
      for row in order {
        let parent = columns.rows[Int(row)].parent
        let position = parent == IndexColumns.none ? 0 : Int64(positions[Int(parent)])
        column.signed(position - previous)
        previous = position
      }
    }
    writer.column { column in
      for row in order { column.fixed(columns.rows[Int(row)].nameCount) }
    }
    writer.column { column in
      for row in order { columns.withName(of: row) { column.raw($0) } }
    }
  }

  private func encodeStats(_ order: [UInt32], to writer: inout IndexWriter) {
    let rows = columns.rows
    func column(_ body: (IndexColumns.Row, inout IndexWriter) -> Void) {
      writer.column { column in
        for row in order { body(rows[Int(row)], &column) }
      }
    }
    column { $1.fixed($0.mode) }
    column { $1.varint(UInt64($0.device)) }
    column { $1.fixed(UInt8(($0.isSettled ? 1 : 0) | ($0.hasTag ? 2 : 0))) }
    var inode: UInt64 = 0
    column {
      $1.signed(Int64(bitPattern: $0.inode &- inode))
      inode = $0.inode
    }
    column { $1.varint(UInt64(bitPattern: $0.sizeBytes)) }
    var seconds: Int64 = 0
    column {
      $1.signed($0.modifiedSeconds &- seconds)
      seconds = $0.modifiedSeconds
    }
    column { $1.fixed($0.modifiedNanoseconds) }
    column { $1.signed($0.changedSeconds &- $0.modifiedSeconds) }
    column { $1.fixed($0.changedNanoseconds) }
    column { $1.fixed($0.bornMark) }
    column { $1.varint(UInt64($0.linkCount)) }
    writer.column { column in
      for row in order where rows[Int(row)].hasTag {
        let start = Int(row) * tagBytes
        column.raw(columns.tags[start..<start + tagBytes])
      }
    }
  }
}
