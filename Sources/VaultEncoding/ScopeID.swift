/// Names a scope: 16 bytes that say nothing about the folder behind them.
public struct ScopeID: Hashable, Comparable, Sendable {
  /// How many bytes there are: 16.
  public static let byteCount = 16

  private let word0: UInt64
  private let word1: UInt64

  /// Takes exactly 16 bytes; any other count makes nil.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for byte in Array(bytes) {
      words.0 = words.0 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | UInt64(byte)
    }
    (word0, word1) = words
  }

  /// Takes exactly 32 hexadecimal digits.
  public init?(hex: String) {
    guard hex.utf8.count == Self.byteCount * 2, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  private init(words: (UInt64, UInt64)) {
    (word0, word1) = words
  }

  /// Draws a new name from a generator.
  public static func generate(using generator: inout some RandomNumberGenerator) -> ScopeID {
    ScopeID(words: (generator.next(), generator.next()))
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      raw.storeBytes(of: word0.bigEndian, toByteOffset: 0, as: UInt64.self)
      raw.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
      count = Self.byteCount
    }
  }

  /// The bytes as 32 lower-case hexadecimal digits.
  public var hex: String { Hex.encode(bytes) }

  /// Compares as big-endian bytes.
  public static func < (left: ScopeID, right: ScopeID) -> Bool {
    left.word0 == right.word0 ? left.word1 < right.word1 : left.word0 < right.word0
  }
}

extension ScopeID: CustomStringConvertible {
  /// The bytes as 32 lower-case hexadecimal digits.
  public var description: String { hex }
}
