import VaultEncoding

/// Numbers in groups, so that equal ones take no room: docs/spec/crdt.md, "Run columns".
///
/// Example: 5, 7, 0, 0, 0, 0 is a group of two numbers (5, 7) and a run of four zeros. Equal
/// numbers make equal bytes: three or more alike are always a run, fewer never are.
struct RunColumnWriter {
  private var writer = ByteWriter()
  private var singles: [Int64] = []
  private var value: Int64 = 0
  private var length = 0

  static let runMin = 3

  mutating func append(_ number: Int64) {
    if length > 0, number == value {
      length += 1
      return
    }
    endRun()
    value = number
    length = 1
  }

  private mutating func endRun() {
    if length >= Self.runMin {
      endSingles()
      writer.writeVarint(UInt64(length) << 1 | 1)
      writer.writeSignedVarint(value)
    } else {
      for _ in 0..<length { singles.append(value) }
    }
    length = 0
  }

  private mutating func endSingles() {
    guard !singles.isEmpty else { return }
    writer.writeVarint(UInt64(singles.count) << 1)
    for single in singles { writer.writeSignedVarint(single) }
    singles.removeAll(keepingCapacity: true)
  }

  /// The bytes of the column.
  consuming func finish() -> [UInt8] {
    endRun()
    endSingles()
    return writer.bytes
  }
}

/// Reads what `RunColumnWriter` wrote, one number at a time.
struct RunColumnReader {
  private var reader: ByteReader
  private var left: UInt64 = 0
  private var isRun = false
  private var value: Int64 = 0

  init(_ reader: ByteReader) { self.reader = reader }

  mutating func next() throws(ByteReaderError) -> Int64 {
    if left == 0 {
      let header = try reader.readVarint()
      left = header >> 1
      isRun = header & 1 == 1
      guard left > 0 else { throw .overLimit }
      if isRun { value = try reader.readSignedVarint() }
    }
    left -= 1
    return isRun ? value : try reader.readSignedVarint()
  }

  func requireEnd() throws(ByteReaderError) {
    guard left == 0 else { throw .trailingBytes }
    try reader.requireEnd()
  }
}
