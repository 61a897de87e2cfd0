/// Thirty-two bytes: a key, a digest, a root.
///
/// Ordered as big-endian bytes.
///
/// Held as four machine words, so that comparing and hashing never touch the heap.
public struct Bytes32: Hashable, Comparable, Sendable {
  /// How many bytes there are: 32.
  public static let byteCount = 32
  /// Thirty-two zero bytes.
  public static let zero = Bytes32(words: (0, 0, 0, 0))

  @usableFromInline let word0: UInt64
  @usableFromInline let word1: UInt64
  @usableFromInline let word2: UInt64
  @usableFromInline let word3: UInt64

  /// Four big-endian words, the most significant first.
  @inlinable
  public init(words: (UInt64, UInt64, UInt64, UInt64)) {
    (word0, word1, word2, word3) = words
  }

  /// Takes exactly 32 bytes; any other count makes nil.
  @inlinable
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    let whole = bytes.withContiguousStorageIfAvailable { memory in
      Bytes32(startOf: UnsafeRawBufferPointer(memory))
    }
    if let whole {
      self = whole
      return
    }
    var iterator = bytes.makeIterator()
    func word() -> UInt64 {
      var word: UInt64 = 0
      for _ in 0..<8 { word = word << 8 | UInt64(iterator.next() ?? 0) }
      return word
    }
    word0 = word()
    word1 = word()
    word2 = word()
    word3 = word()
  }

  /// Takes the first 32 bytes of memory that has at least as many.
  @inlinable
  init(startOf memory: UnsafeRawBufferPointer) {
    word0 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    word1 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    word2 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    word3 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
  }

  /// Takes exactly 64 hexadecimal digits.
  public init?(hex: String) {
    guard hex.utf8.count == Self.byteCount * 2, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  /// Draws 32 bytes from a generator.
  public static func generate(using generator: inout some RandomNumberGenerator) -> Bytes32 {
    Bytes32(words: (generator.next(), generator.next(), generator.next(), generator.next()))
  }

  /// The four big-endian words, the most significant first.
  @inlinable
  public var words: (UInt64, UInt64, UInt64, UInt64) { (word0, word1, word2, word3) }

  /// The 32 bytes.
  @inlinable
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      raw.storeBytes(of: word0.bigEndian, toByteOffset: 0, as: UInt64.self)
      raw.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
      raw.storeBytes(of: word2.bigEndian, toByteOffset: 16, as: UInt64.self)
      raw.storeBytes(of: word3.bigEndian, toByteOffset: 24, as: UInt64.self)
      count = Self.byteCount
    }
  }

  /// The bytes as 64 lower-case hexadecimal digits.
  public var hex: String { Hex.encode(bytes) }

  /// Compares as big-endian bytes.
  @inlinable
  public static func < (left: Bytes32, right: Bytes32) -> Bool {
    if left.word0 != right.word0 { return left.word0 < right.word0 }
    if left.word1 != right.word1 { return left.word1 < right.word1 }
    if left.word2 != right.word2 { return left.word2 < right.word2 }
    return left.word3 < right.word3
  }
}

extension Bytes32: CustomStringConvertible {
  /// The bytes as 64 lower-case hexadecimal digits.
  public var description: String { hex }
}
