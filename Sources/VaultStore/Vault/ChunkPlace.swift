/// Where a sealed chunk lies, and how to open it once its key is known.
public struct ChunkPlace: Hashable, Sendable {
  /// The pack.
  public let pack: PackRow
  /// Where the chunk begins in the pack.
  public let offset: Int
  /// How many sealed bytes it has.
  public let length: Int
  /// How it was compressed: 0 not at all, 1 zstd.
  public let method: UInt8
  /// How many plain bytes it has.
  public let plainLength: Int
  /// The epoch whose secret made its key.
  public let epoch: UInt64

  /// Describes a place.
  public init(
    pack: PackRow, offset: Int, length: Int, method: UInt8, plainLength: Int, epoch: UInt64
  ) {
    self.pack = pack
    self.offset = offset
    self.length = length
    self.method = method
    self.plainLength = plainLength
    self.epoch = epoch
  }
}
