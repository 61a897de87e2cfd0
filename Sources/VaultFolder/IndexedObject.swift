/// What the folder index knows of one object: where it is on the disk, and how it was when it
/// was last read or written.
public struct IndexedObject: Hashable, Sendable {
  /// The object.
  public var key: FolderKey
  /// The folder that holds it; the index's root key for the vault's folder itself.
  public var parent: FolderKey
  /// Its name on the disk.
  public var name: FileName
  /// Device, inode, size, times, mode and link count; the rest is not kept and zero.
  public var stat: FileStat
  /// What the caller knows of the content: a hash, say.
  ///
  /// Empty when there is none.
  public var contentTag: [UInt8]
  /// False when the file was so young when it was looked at that a later change could bear the
  /// same time: then the stat alone proves nothing.
  public var isSettled: Bool

  /// An object of these values.
  public init(
    key: FolderKey, parent: FolderKey, name: FileName, stat: FileStat, contentTag: [UInt8] = [],
    isSettled: Bool = true
  ) {
    self.key = key
    self.parent = parent
    self.name = name
    self.stat = stat
    self.contentTag = contentTag
    self.isSettled = isSettled
  }

  /// An object looked at when its file system's clock said `time` (or later).
  ///
  /// A file whose modification time is not clearly before that could be changed again within the
  /// same tick of the clock. The way out is git's: distrust it, read it again next time.
  public init(
    key: FolderKey, parent: FolderKey, name: FileName, stat: FileStat, contentTag: [UInt8] = [],
    asOf time: FileTime
  ) {
    self.init(
      key: key, parent: parent, name: name, stat: stat, contentTag: contentTag,
      isSettled: IndexedObject.isSettled(stat, asOf: time))
  }

  /// Clocks of file systems tick every 1 to 10 ms, those of old ones every 1 or 2 s; whole seconds
  /// betray them.
  ///
  /// A time of a day ahead was set by hand, and a change would not keep it.
  static func isSettled(_ stat: FileStat, asOf time: FileTime) -> Bool {
    let tick: Int64 = stat.modified.nanoseconds == 0 && stat.changed.nanoseconds == 0 ? 2000 : 20
    let day: Int64 = 86_400
    return stat.modified < time.earlier(milliseconds: tick)
      || stat.modified.seconds.subtractingReportingOverflow(day).partialValue > time.seconds
  }
}
