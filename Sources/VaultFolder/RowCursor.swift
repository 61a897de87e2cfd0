/// Goes through all columns of an encoded folder index at once, row by row.
struct RowCursor {
  let allNames: UnsafeRawBufferPointer
  private var keys: IndexReader
  private var parents: IndexReader
  private var nameCounts: IndexReader
  private var modes: IndexReader
  private var devices: IndexReader
  private var flags: IndexReader
  private var inodes: IndexReader
  private var sizes: IndexReader
  private var modifiedSeconds: IndexReader
  private var modifiedNanoseconds: IndexReader
  private var changedSeconds: IndexReader
  private var changedNanoseconds: IndexReader
  private var bornMarks: IndexReader
  private var linkCounts: IndexReader
  private var tags: IndexReader

  private var nameStart = 0
  private var parent: Int64 = 0
  private var inode: UInt64 = 0
  private var seconds: Int64 = 0

  init?(_ reader: inout IndexReader) {
    guard let keys = reader.column(), let parents = reader.column(),
      let nameCounts = reader.column(), var names = reader.column(), let modes = reader.column(),
      let devices = reader.column(), let flags = reader.column(), let inodes = reader.column(),
      let sizes = reader.column(), let modifiedSeconds = reader.column(),
      let modifiedNanoseconds = reader.column(), let changedSeconds = reader.column(),
      let changedNanoseconds = reader.column(), let bornMarks = reader.column(),
      let linkCounts = reader.column(), let tags = reader.column(),
      names.remaining < FolderIndex.nameBytesMax, let allNames = names.raw(names.remaining)
    else { return nil }
    self.keys = keys
    self.parents = parents
    self.nameCounts = nameCounts
    self.allNames = allNames
    self.modes = modes
    self.devices = devices
    self.flags = flags
    self.inodes = inodes
    self.sizes = sizes
    self.modifiedSeconds = modifiedSeconds
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedSeconds = changedSeconds
    self.changedNanoseconds = changedNanoseconds
    self.bornMarks = bornMarks
    self.linkCounts = linkCounts
    self.tags = tags
  }

  /// The next row; nothing when it could not have been written.
  mutating func next(row: Int, deviceCount: Int) -> IndexColumns.Row? {
    guard let high = keys.fixed(UInt64.self), let low = keys.fixed(UInt64.self),
      let parent = nextParent(row), let (nameStart, nameCount) = nextName(),
      let mode = modes.fixed(UInt16.self), FileKind(mode: UInt32(mode)).isKept,
      let device = devices.varint(), device < UInt64(deviceCount),
      let flags = flags.fixed(UInt8.self), flags <= 3,
      let inodeStep = inodes.signed(), let size = sizes.varint(), size <= UInt64(Int64.max),
      let modified = nextModified(), let changed = nextChanged(),
      let bornMark = bornMarks.fixed(UInt32.self), let links = linkCounts.varint(),
      let linkCount = UInt32(exactly: links)
    else { return nil }
    inode &+= UInt64(bitPattern: inodeStep)
    return IndexColumns.Row(
      key: FolderKey(high: high, low: low), inode: inode, sizeBytes: Int64(size),
      modifiedSeconds: modified.seconds, changedSeconds: changed.seconds,
      modifiedNanoseconds: modified.nanoseconds, changedNanoseconds: changed.nanoseconds,
      bornMark: bornMark, linkCount: linkCount, parent: parent, nameStart: nameStart, mode: mode,
      device: UInt16(device), nameCount: nameCount, isSettled: flags & 1 == 1,
      hasTag: flags & 2 == 2)
  }

  mutating func tag(_ count: Int) -> UnsafeRawBufferPointer? { tags.raw(count) }

  /// True when every column was used up.
  var isAtEnd: Bool {
    let columns = [
      keys, parents, nameCounts, modes, devices, flags, inodes, sizes, modifiedSeconds,
      modifiedNanoseconds, changedSeconds, changedNanoseconds, bornMarks, linkCounts, tags,
    ]
    return nameStart == allNames.count && columns.allSatisfy { $0.remaining == 0 }
  }

  /// 0 for the vault's folder, else one more than the row of the parent, which comes before.
  private mutating func nextParent(_ row: Int) -> UInt32? {
    guard let step = parents.signed() else { return nil }
    parent &+= step
    guard parent >= 0, parent <= row else { return nil }
    return parent == 0 ? IndexColumns.none : UInt32(parent - 1)
  }

  private mutating func nextName() -> (start: UInt32, count: UInt8)? {
    guard let count = nameCounts.fixed(UInt8.self), Int(count) <= allNames.count - nameStart,
      FileName.isAllowed(
        UnsafeRawBufferPointer(rebasing: allNames[nameStart...].prefix(Int(count))))
    else { return nil }
    defer { nameStart += Int(count) }
    return (UInt32(nameStart), count)
  }

  private mutating func nextModified() -> FileTime? {
    guard let step = modifiedSeconds.signed(),
      let nanoseconds = modifiedNanoseconds.fixed(UInt32.self), nanoseconds < 1_000_000_000
    else { return nil }
    seconds &+= step
    return FileTime(seconds: seconds, nanoseconds: nanoseconds)
  }

  private mutating func nextChanged() -> FileTime? {
    guard let step = changedSeconds.signed(),
      let nanoseconds = changedNanoseconds.fixed(UInt32.self), nanoseconds < 1_000_000_000
    else { return nil }
    return FileTime(seconds: seconds &+ step, nanoseconds: nanoseconds)
  }
}
