/// What a compressor made of a chunk: bytes to seal, and how to read them.
public struct CompressedChunk: Hashable, Sendable {
  /// The bytes to seal.
  public let bytes: [UInt8]
  /// How to get the plain bytes back.
  public let method: CompressionMethod

  init(_ bytes: [UInt8], _ method: CompressionMethod) {
    self.bytes = bytes
    self.method = method
  }
}
