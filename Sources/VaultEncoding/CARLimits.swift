/// How much the reader of CAR files takes before it refuses.
public struct CARLimits: Hashable, Sendable {
  /// What suits the export of a policy log.
  public static let standard = CARLimits(
    bytesMax: 256 << 20, headerBytesMax: 1 << 20, blockBytesMax: 8 << 20, blocksMax: 1 << 20)

  /// The longest file.
  public let bytesMax: Int
  /// The longest header.
  public let headerBytesMax: Int
  /// The longest block, its name included.
  public let blockBytesMax: Int
  /// The most blocks.
  public let blocksMax: Int

  /// Sets the four limits.
  public init(bytesMax: Int, headerBytesMax: Int, blockBytesMax: Int, blocksMax: Int) {
    self.bytesMax = bytesMax
    self.headerBytesMax = headerBytesMax
    self.blockBytesMax = blockBytesMax
    self.blocksMax = blocksMax
  }
}
