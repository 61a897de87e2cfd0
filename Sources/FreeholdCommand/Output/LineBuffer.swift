/// Collects many short pieces of data into few writes.
struct LineBuffer {
  private static let flushBytes = 64 << 10
  private var bytes: [UInt8] = []

  /// Adds a line of text.
  mutating func add(_ line: String) throws {
    bytes.append(contentsOf: line.utf8)
    try end(with: 0x0A)
  }

  /// Adds raw bytes, closed by a byte: a line feed or zero.
  mutating func add(_ raw: [UInt8], closing: UInt8) throws {
    bytes.append(contentsOf: raw)
    try end(with: closing)
  }

  /// Writes what is left.
  mutating func flush() throws {
    try StandardOutput.write(bytes[...])
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func end(with byte: UInt8) throws {
    bytes.append(byte)
    if bytes.count >= Self.flushBytes { try flush() }
  }
}
