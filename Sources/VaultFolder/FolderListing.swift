/// One folder as the scan saw it: its entries in byte order of their names.
///
/// The names lie in one block of bytes, so that a folder of a million files costs a few large
/// allocations instead of a million small ones; ``FolderEntry`` values are made when asked for.
public struct FolderListing: Sendable {
  /// Where the folder is.
  public let path: FolderPath
  /// The folder itself.
  public let stat: FileStat
  /// True when the ignore rules leave the folder out (it was entered because the vault keeps it).
  public let isIgnored: Bool
  /// Why the folder could not be read to its end.
  ///
  /// Its entries say nothing then about what is missing, and the folder's own ignore rules are not
  /// known.
  public internal(set) var trouble: FolderError?
  /// Names that are there but could not be looked at, with the reason.
  public internal(set) var unreadable: [(name: FileName, error: FolderError)] = []
  /// Files in the making that an earlier run left behind; see ``FolderWriter``.
  public internal(set) var staleDrafts: [FileName] = []
  /// The ignore file of this folder had to be cut: rules over the limit do not count.
  public internal(set) var ignoreFileIsOverLimit = false

  private var nameBytes: [UInt8] = []
  private var records: [Record] = []

  private struct Record {
    let nameStart: UInt32
    let nameCount: UInt8
    let isIgnored: Bool
    let stat: FileStat
  }

  /// A listing without entries: add them in byte order of their names.
  init(path: FolderPath, stat: FileStat, isIgnored: Bool = false) {
    self.path = path
    self.stat = stat
    self.isIgnored = isIgnored
  }

  /// A listing of these entries; for tests and for folders that are not on a disk.
  public init(path: FolderPath, stat: FileStat, entries: [FolderEntry]) {
    self.init(path: path, stat: stat)
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      entry.name.bytes.withUnsafeBytes {
        append(name: $0, stat: entry.stat, isIgnored: entry.isIgnored)
      }
    }
  }

  mutating func reserve(entries: Int, nameBytes count: Int) {
    records.reserveCapacity(entries)
    nameBytes.reserveCapacity(count)
  }

  mutating func append(name: UnsafeRawBufferPointer, stat: FileStat, isIgnored: Bool) {
    records.append(
      Record(
        nameStart: UInt32(nameBytes.count), nameCount: UInt8(name.count), isIgnored: isIgnored,
        stat: stat))
    nameBytes.append(contentsOf: name)
  }

  /// Calls with the bytes of the name at the index, without making a ``FileName``.
  func withName<Result>(
    at index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let record = records[index]
    let start = Int(record.nameStart)
    return try nameBytes.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[start..<start + Int(record.nameCount)]))
    }
  }

  /// Adds an entry of another listing of the same folder.
  mutating func append(_ index: Int, of other: FolderListing) {
    let record = other.records[index]
    other.withName(at: index) {
      append(name: $0, stat: record.stat, isIgnored: record.isIgnored)
    }
  }

  func name(at index: Int) -> FileName { FileName(trusted: withName(at: index) { [UInt8]($0) }) }

  func stat(at index: Int) -> FileStat { records[index].stat }

  func isIgnored(at index: Int) -> Bool { records[index].isIgnored }
}

extension FolderListing: RandomAccessCollection {
  /// The first entry's index: 0.
  public var startIndex: Int { 0 }
  /// The count of entries.
  public var endIndex: Int { records.count }

  /// The entry at an index.
  ///
  /// Complexity: O(bytes of the name).
  public subscript(index: Int) -> FolderEntry {
    FolderEntry(
      name: name(at: index), stat: records[index].stat,
      isIgnored: records[index].isIgnored)
  }
}
