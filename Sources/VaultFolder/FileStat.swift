internal import CPlatform

/// What the file system says about a file, folder or link, without opening it.
public struct FileStat: Hashable, Sendable {
  /// The device that holds it.
  ///
  /// Numbers may change at a restart of the machine.
  public var device: UInt64
  /// Its number on that device; names with the same number are hard links of one file.
  public var inode: UInt64
  /// Bytes of content.
  public var sizeBytes: Int64
  /// Blocks of 512 bytes on the disk; fewer than the size says when there are holes.
  public var blocks512: Int64
  /// When the content was last changed, as far as it is said.
  public var modified: FileTime
  /// When content or attributes were last changed; no program can set this.
  public var changed: FileTime
  /// When it was made; 1970 where the file system does not tell.
  public var born: FileTime
  /// Kind and permissions.
  public var mode: UInt32
  /// How many names it has.
  public var linkCount: UInt32
  /// The number of the owning user.
  public var user: UInt32
  /// The number of the owning group.
  public var group: UInt32

  /// A stat of these values; what is left out is zero.
  public init(
    device: UInt64, inode: UInt64, sizeBytes: Int64, mode: UInt32, modified: FileTime,
    changed: FileTime, born: FileTime = FileTime(seconds: 0), blocks512: Int64 = 0,
    linkCount: UInt32 = 1, user: UInt32 = 0, group: UInt32 = 0
  ) {
    self.device = device
    self.inode = inode
    self.sizeBytes = sizeBytes
    self.blocks512 = blocks512
    self.modified = modified
    self.changed = changed
    self.born = born
    self.mode = mode
    self.linkCount = linkCount
    self.user = user
    self.group = group
  }

  init(_ raw: freehold_stat) {
    self.init(
      device: raw.device, inode: raw.inode, sizeBytes: Int64(clamping: raw.sizeBytes),
      mode: raw.mode,
      modified: FileTime(seconds: raw.modifiedSeconds, nanoseconds: raw.modifiedNanoseconds),
      changed: FileTime(seconds: raw.changedSeconds, nanoseconds: raw.changedNanoseconds),
      born: FileTime(seconds: raw.bornSeconds, nanoseconds: raw.bornNanoseconds),
      blocks512: Int64(clamping: raw.blocks512), linkCount: UInt32(clamping: raw.linkCount),
      user: raw.user, group: raw.group)
  }

  /// What it is.
  public var kind: FileKind { FileKind(mode: mode) }

  /// The twelve permission bits: set-id and sticky bits included.
  public var permissions: UInt32 { mode & 0o7777 }

  /// True for the same thing on the disk, whatever its name is now.
  ///
  /// Numbers of removed files are given out again, so the time of birth is compared as well
  /// where the file system tells it.
  public func isSameThing(as other: FileStat) -> Bool {
    let unknown = FileTime(seconds: 0)
    return device == other.device && inode == other.inode && kind == other.kind
      && (born == other.born || born == unknown || other.born == unknown)
  }

  /// True when nothing speaks for a change of content or attributes since the other stat.
  public func isUnchanged(since other: FileStat) -> Bool {
    isSameThing(as: other) && sizeBytes == other.sizeBytes && modified == other.modified
      && changed == other.changed && mode == other.mode
  }
}
