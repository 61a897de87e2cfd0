/// The rows of a folder index as columns.
///
/// A row keeps its number as long as it lives; numbers of removed rows are used again.
struct IndexColumns: Sendable {
  /// No row: the parent of what lies in the vault's folder itself, and the end of lists.
  static let none = UInt32.max

  /// The fixed part of a row.
  ///
  /// One array of these: a row is looked at as a whole.
  struct Row: Sendable {
    var key: FolderKey
    var inode: UInt64
    var sizeBytes: Int64
    var modifiedSeconds: Int64
    var changedSeconds: Int64
    var modifiedNanoseconds: UInt32
    var changedNanoseconds: UInt32
    /// The time of birth folded to 32 bits; 0 when the file system does not tell it.
    var bornMark: UInt32
    var linkCount: UInt32
    var parent: UInt32
    var firstChild = IndexColumns.none
    var nextSibling = IndexColumns.none
    var previousSibling = IndexColumns.none
    var nameStart: UInt32
    /// 16 bits of mode: kind and permissions.
    var mode: UInt16
    var device: UInt16
    var nameCount: UInt8
    var isSettled: Bool
    var hasTag: Bool
    var isLive = true
    /// False while a batch is recorded and the row has left its old place.
    var isPlaced = true

    var kind: FileKind { FileKind(mode: UInt32(mode)) }
    var modified: FileTime { FileTime(seconds: modifiedSeconds, nanoseconds: modifiedNanoseconds) }
    var changed: FileTime { FileTime(seconds: changedSeconds, nanoseconds: changedNanoseconds) }
  }

  var rows: [Row] = []
  var names: [UInt8] = []
  /// `tagBytes` for each row, zero where it has none.
  var tags: [UInt8] = []
  /// Bytes of `names` that no row uses any more.
  var unusedNameBytes = 0
  var free: [UInt32] = []

  func withName<Result>(of row: UInt32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let start = Int(rows[Int(row)].nameStart)
    let count = Int(rows[Int(row)].nameCount)
    return names.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
    }
  }

  /// Folds a time of birth to 32 bits: enough to tell a number given out again, never 0.
  static func bornMark(_ born: FileTime) -> UInt32 {
    guard born != FileTime(seconds: 0) else { return 0 }
    let mixed =
      (UInt64(bitPattern: born.seconds) << 30 ^ UInt64(born.nanoseconds))
      &* 0x9E37_79B9_7F4A_7C15
    return max(1, UInt32(truncatingIfNeeded: mixed >> 32))
  }
}
