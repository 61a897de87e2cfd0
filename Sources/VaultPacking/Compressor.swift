import CZstd

/// Compresses chunks where that helps; owns a zstd context that is reused from chunk to chunk.
///
/// Not `Sendable`: one compressor serves one thread.
public final class Compressor {
  private let context: OpaquePointer
  private let effort: CompressionEffort
  /// Where frames are written before their length is known; grows to the longest content.
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// A compressor with its own context of about a mebibyte.
  ///
  /// Throws `noContext` when memory is short.
  public init(_ effort: CompressionEffort = .standard) throws(PackingError) {
    guard let context = ZSTD_createCCtx() else {
      throw PackingError(.noContext, "no memory for a compression context")
    }
    self.context = context
    self.effort = effort
    // Levels within zstd's range, and flags that exist since its first release, cannot be refused.
    // The frame names its content's length; the hash in the manifest replaces zstd's checksum.
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0)
    ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)
  }

  deinit {
    ZSTD_freeCCtx(context)
    scratch.deallocate()
  }

  /// The bytes to seal for a chunk: compressed when that saves a thirty-second part, as they are
  /// otherwise.
  ///
  /// O(n).
  public func compress(_ content: UnsafeRawBufferPointer) -> CompressedChunk {
    if let bytes = squeeze(content) { return CompressedChunk(bytes, .zstd) }
    return CompressedChunk(Array(content), .stored)
  }

  /// The bytes to seal for a chunk that is held as an array.
  public func compress(_ content: [UInt8]) -> CompressedChunk {
    if let bytes = content.withUnsafeBytes({ squeeze($0) }) { return CompressedChunk(bytes, .zstd) }
    return CompressedChunk(content, .stored)
  }

  /// One frame, or nil when it would not save enough.
  private func squeeze(_ content: UnsafeRawBufferPointer) -> [UInt8]? {
    guard content.count >= Self.triedBytesMin, !Entropy.isSpent(content) else { return nil }
    // zstd is given less room than the content needs: it stops early when nothing is gained.
    let room = content.count - max(1, content.count / 32)
    if scratch.count < room {
      scratch.deallocate()
      scratch = .allocate(byteCount: room, alignment: 64)
    }
    ZSTD_CCtx_setParameter(
      context, ZSTD_c_compressionLevel, effort.level(forBytes: content.count))
    let written = ZSTD_compress2(
      context, scratch.baseAddress, room, content.baseAddress, content.count)
    guard ZSTD_isError(written) == 0 else { return nil }
    return Array(UnsafeRawBufferPointer(rebasing: scratch[..<written]))
  }

  /// A frame has at least nine bytes of its own; below this nothing is gained.
  static let triedBytesMin = 32
}
