/// A bounds-checked cursor over bytes: for binary columns and other formats of our own.
///
/// Nothing it is given can make it trap: each read says whether it fits. Numbers of fixed width
/// are big-endian; varints are LEB128 in their shortest form, up to the full 64 bits.
public struct ByteReader: Sendable {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline var position: Int
  @usableFromInline let end: Int

  /// Reads all of the bytes.
  @inlinable
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// Reads a part of the bytes; what lies outside them is cut off.
  @inlinable
  public init(_ bytes: [UInt8], in range: Range<Int>) {
    let clamped = range.clamped(to: 0..<bytes.count)
    self.bytes = bytes
    position = clamped.lowerBound
    end = clamped.upperBound
  }

  /// Where the next read starts, counted from the start of the array.
  @inlinable
  public var offset: Int { position }

  /// How many bytes are left.
  @inlinable
  public var remaining: Int { end - position }

  /// Whether all bytes have been read.
  @inlinable
  public var isAtEnd: Bool { position == end }

  /// Throws when bytes are left: a decoder's last line.
  @inlinable
  public func requireEnd() throws(ByteReaderError) {
    guard position == end else { throw .trailingBytes }
  }

  /// Reads one byte.
  @inlinable
  public mutating func readUInt8() throws(ByteReaderError) -> UInt8 {
    guard position < end else { throw .truncated }
    let byte = bytes[position]
    position += 1
    return byte
  }

  /// Reads two bytes, big-endian.
  @inlinable
  public mutating func readUInt16() throws(ByteReaderError) -> UInt16 {
    try readBigEndian(UInt16.self)
  }

  /// Reads four bytes, big-endian.
  @inlinable
  public mutating func readUInt32() throws(ByteReaderError) -> UInt32 {
    try readBigEndian(UInt32.self)
  }

  /// Reads eight bytes, big-endian.
  @inlinable
  public mutating func readUInt64() throws(ByteReaderError) -> UInt64 {
    try readBigEndian(UInt64.self)
  }

  @inlinable
  mutating func readBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(ByteReaderError) -> Number {
    guard remaining >= MemoryLayout<Number>.size else { throw .truncated }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) }
    position += MemoryLayout<Number>.size
    return Number(bigEndian: value)
  }

  /// Reads a LEB128 number of up to 64 bits in its shortest form.
  @inlinable
  public mutating func readVarint() throws(ByteReaderError) -> UInt64 {
    guard position < end else { throw .truncated }
    let first = bytes[position]
    if first < 0x80 {
      position += 1
      return UInt64(first)
    }
    // Two bytes are common too; a second byte of zero is left to the general case to refuse.
    if end - position >= 2 {
      let second = bytes[position + 1]
      if second < 0x80, second > 0 {
        position += 2
        return UInt64(first & 0x7f) | UInt64(second) << 7
      }
    }
    return try readLongVarint()
  }

  @usableFromInline
  mutating func readLongVarint() throws(ByteReaderError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var index = position
    while index < end {
      let byte = bytes[index]
      index += 1
      // The tenth byte holds the 64th bit and nothing else.
      guard shift < 63 || byte <= 1 else { throw .numberTooLarge }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 else { throw .notShortest }
        position = index
        return value
      }
      shift += 7
    }
    throw .truncated
  }

  /// Reads a signed number: zigzag, then LEB128.
  @inlinable
  public mutating func readSignedVarint() throws(ByteReaderError) -> Int64 {
    let value = try readVarint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Reads a count of things of which each takes at least `bytesEach` of the bytes left, so that
  /// a false count can never make the reader allocate more than it was given.
  @inlinable
  public mutating func readCount(
    max: Int, bytesEach: Int = 0
  ) throws(ByteReaderError) -> Int {
    let value = try readVarint()
    guard value <= UInt64(Swift.max(0, max)) else { throw .overLimit }
    let count = Int(value)
    if bytesEach > 0 {
      guard count <= remaining / bytesEach else { throw .truncated }
    }
    return count
  }

  /// Reads that many bytes.
  @inlinable
  public mutating func readBytes(_ count: Int) throws(ByteReaderError) -> [UInt8] {
    Array(bytes[try take(count)])
  }

  /// Passes over that many bytes and says where they lie.
  @inlinable
  public mutating func take(_ count: Int) throws(ByteReaderError) -> Range<Int> {
    guard count >= 0, remaining >= count else { throw .truncated }
    let start = position
    position += count
    return start..<position
  }

  /// Reads 32 bytes.
  @inlinable
  public mutating func readBytes32() throws(ByteReaderError) -> Bytes32 {
    let words = (
      try readUInt64(), try readUInt64(), try readUInt64(), try readUInt64()
    )
    return Bytes32(words: words)
  }

  /// Reads a varint length of at most `max` and then that many bytes.
  @inlinable
  public mutating func readLengthPrefixed(max: Int) throws(ByteReaderError) -> [UInt8] {
    try readBytes(try readCount(max: max, bytesEach: 1))
  }

  /// Reads a varint length of at most `max` bytes and then text, which must be valid UTF-8.
  @inlinable
  public mutating func readText(max: Int) throws(ByteReaderError) -> String {
    let range = try take(try readCount(max: max, bytesEach: 1))
    guard let text = UTF8Text.make(bytes, in: range) else { throw .invalidUTF8 }
    return text
  }
}
