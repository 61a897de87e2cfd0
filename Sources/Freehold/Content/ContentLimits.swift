/// Bounds of what a manifest from a member may claim.
enum ContentLimits {
  /// The longest chunk: the chunker's maximum.
  static let chunkPlainBytesMax = 4 << 20
  /// The longest pack.
  static let packBytesMax = 16 << 20
}
