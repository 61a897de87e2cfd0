/// Appends numbers, bytes and text to one growing array: the counterpart of `ByteReader`.
public struct ByteWriter: Sendable {
  @usableFromInline var storage: [UInt8]

  /// An empty writer that has room for some bytes.
  @inlinable
  public init(capacity: Int = 0) {
    storage = []
    storage.reserveCapacity(capacity)
  }

  /// What has been written so far.
  @inlinable
  public var bytes: [UInt8] { storage }

  /// How many bytes have been written.
  @inlinable
  public var count: Int { storage.count }

  /// Writes one byte.
  @inlinable
  public mutating func writeUInt8(_ value: UInt8) {
    storage.append(value)
  }

  /// Writes two bytes, big-endian.
  @inlinable
  public mutating func writeUInt16(_ value: UInt16) {
    storage.append(UInt8(truncatingIfNeeded: value >> 8))
    storage.append(UInt8(truncatingIfNeeded: value))
  }

  /// Writes four bytes, big-endian.
  @inlinable
  public mutating func writeUInt32(_ value: UInt32) {
    withUnsafeBytes(of: value.bigEndian) { storage.append(contentsOf: $0) }
  }

  /// Writes eight bytes, big-endian.
  @inlinable
  public mutating func writeUInt64(_ value: UInt64) {
    withUnsafeBytes(of: value.bigEndian) { storage.append(contentsOf: $0) }
  }

  /// Writes a number as LEB128 in its shortest form (one to ten bytes).
  @inlinable
  public mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Writes a signed number: zigzag, then LEB128.
  @inlinable
  public mutating func writeSignedVarint(_ value: Int64) {
    writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// Writes a count; a negative one is our mistake.
  @inlinable
  public mutating func writeCount(_ count: Int) {
    precondition(count >= 0, "a count is negative")
    writeVarint(UInt64(count))
  }

  /// Writes bytes as they are.
  @inlinable
  public mutating func writeBytes(_ bytes: some Collection<UInt8>) {
    storage.append(contentsOf: bytes)
  }

  /// Writes 32 bytes.
  @inlinable
  public mutating func writeBytes32(_ value: Bytes32) {
    writeUInt64(value.word0)
    writeUInt64(value.word1)
    writeUInt64(value.word2)
    writeUInt64(value.word3)
  }

  /// Writes a varint length and then the bytes.
  @inlinable
  public mutating func writeLengthPrefixed(_ bytes: some Collection<UInt8>) {
    writeCount(bytes.count)
    storage.append(contentsOf: bytes)
  }

  /// Writes a varint length and then the text in UTF-8.
  @inlinable
  public mutating func writeText(_ text: String) {
    writeCount(text.utf8.count)
    storage.append(contentsOf: text.utf8)
  }
}
