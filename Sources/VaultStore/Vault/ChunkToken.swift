/// What a chunk is looked up by: 16 bytes of a keyed hash of its plaintext, so that the database
/// does not tell which known files it holds.
public struct ChunkToken: Hashable, Sendable {
  /// How many bytes there are: 16.
  public static let byteCount = 16

  private let word0: UInt64
  private let word1: UInt64

  /// Takes exactly 16 bytes; any other count makes nil.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for byte in bytes {
      words.0 = words.0 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | UInt64(byte)
    }
    (word0, word1) = words
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
}
