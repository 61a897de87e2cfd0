internal import CPlatform

/// The names of one open folder, read with getdents64 and put into byte order.
///
/// The names lie one after the other in one block. Sorting compares their first eight bytes as
/// one number and looks at the rest only when those are equal.
struct NameCollector {
  /// More names in one folder than this are refused: the listing would not fit into memory.
  static let namesMax = 8_000_000

  private var bytes: [UInt8] = []
  private var names: [Name] = []
  private let buffer: UnsafeMutableRawBufferPointer

  private struct Name {
    let prefix: UInt64
    let start: UInt32
    let count: UInt8
  }

  /// The buffer for the kernel's answers belongs to the caller and is only used during calls.
  init(buffer: UnsafeMutableRawBufferPointer) {
    self.buffer = buffer
  }

  var count: Int { names.count }
  var byteCount: Int { bytes.count }

  /// Reads all names but `.` and `..`, replacing those of the folder before.
  ///
  /// What was read before an error remains.
  mutating func read(
    _ folder: Descriptor, at path: FolderPath
  ) throws(FolderError) {
    bytes.removeAll(keepingCapacity: true)
    names.removeAll(keepingCapacity: true)
    defer { sort() }
    while true {
      let filled = freehold_getdents64(folder.number, buffer.baseAddress, buffer.count)
      if try check(filled, at: path, "list") == 0 { return }
      var offset = 0
      var entry = freehold_entry()
      while freehold_next_entry(buffer.baseAddress, filled, &offset, &entry) == 1 {
        guard names.count < NameCollector.namesMax else {
          throw FolderError(.overLimit, at: path, action: "list")
        }
        append(UnsafeRawBufferPointer(start: entry.name, count: entry.nameBytes))
      }
    }
  }

  /// Names that break the rules (only `.` and `..`, from a sound file system) are left out.
  private mutating func append(_ name: UnsafeRawBufferPointer) {
    guard FileName.isAllowed(name) else { return }
    var prefix: UInt64 = 0
    for byte in name.prefix(8) { prefix = prefix << 8 | UInt64(byte) }
    prefix <<= UInt64(8 * (8 - min(8, name.count)))
    names.append(Name(prefix: prefix, start: UInt32(bytes.count), count: UInt8(name.count)))
    bytes.append(contentsOf: name)
    bytes.append(0)
  }

  private mutating func sort() {
    bytes.withUnsafeBytes { bytes in
      names.sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        return compareNames(
          NameCollector.slice(bytes, left), NameCollector.slice(bytes, right)) < 0
      }
    }
  }

  private static func slice(
    _ bytes: UnsafeRawBufferPointer, _ name: Name
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[Int(name.start)..<Int(name.start) + Int(name.count)])
  }

  /// Calls with every name in order; each is followed by a zero byte in memory, so its start is
  /// a C string.
  func visit(_ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      for name in names { body(NameCollector.slice(bytes, name)) }
    }
  }

  /// True when the name is among them.
  ///
  /// Complexity: O(log n).
  func contains(_ name: FileName) -> Bool {
    name.bytes.withUnsafeBytes { wanted in
      bytes.withUnsafeBytes { bytes in
        var low = 0
        var high = names.count
        while low < high {
          let middle = (low + high) / 2
          let order = compareNames(NameCollector.slice(bytes, names[middle]), wanted)
          if order == 0 { return true }
          if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
      }
    }
  }
}
