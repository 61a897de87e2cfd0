import CZstd

/// Gives the plain bytes of chunks back; owns a zstd context that is reused from chunk to chunk.
///
/// Not `Sendable`: one decompressor serves one thread.
public final class Decompressor {
  private let context: OpaquePointer

  /// The longest plain content of one chunk: what the chunker cuts at most.
  public static let plainBytesMax = ChunkSizes.standard.maximumBytes

  /// A decompressor with its own context of about 100 KiB.
  ///
  /// Throws `noContext` when memory is short.
  public init() throws(PackingError) {
    guard let context = ZSTD_createDCtx() else {
      throw PackingError(.noContext, "no memory for a decompression context")
    }
    self.context = context
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  /// The plain bytes, exactly `plainBytes` of them: the length that the signed manifest names.
  ///
  /// Never allocates more than that length. Throws `tooLong` when it is above `plainBytesMax`, and
  /// `badFrame` when the bytes are not one whole frame of exactly that content.
  public func decompress(
    _ bytes: [UInt8], method: CompressionMethod, plainBytes: Int
  ) throws(PackingError) -> [UInt8] {
    guard (0...Self.plainBytesMax).contains(plainBytes) else {
      throw PackingError(.tooLong, "a chunk of \(plainBytes) bytes is above the limit")
    }
    switch method {
    case .stored:
      guard bytes.count == plainBytes else {
        throw PackingError(
          .badFrame, "a stored chunk has \(bytes.count) bytes instead of \(plainBytes)")
      }
      return bytes
    case .zstd:
      return try inflate(bytes, plainBytes: plainBytes)
    }
  }

  private func inflate(_ bytes: [UInt8], plainBytes: Int) throws(PackingError) -> [UInt8] {
    // The frame's own header must say what the manifest says. Unknown lengths and errors are the
    // two highest values of the type, so that they are never equal to a length within the limit.
    guard ZSTD_getFrameContentSize(bytes, bytes.count) == UInt64(plainBytes),
      ZSTD_findFrameCompressedSize(bytes, bytes.count) == bytes.count
    else { throw PackingError(.badFrame, "a compressed chunk is not one frame of its length") }
    var written = 0
    let plain = [UInt8](unsafeUninitializedCapacity: plainBytes) { buffer, count in
      written = ZSTD_decompressDCtx(
        context, buffer.baseAddress, plainBytes, bytes, bytes.count)
      count = ZSTD_isError(written) == 0 ? min(written, plainBytes) : 0
    }
    guard written == plainBytes else {
      throw PackingError(.badFrame, "a compressed chunk does not give its \(plainBytes) bytes")
    }
    return plain
  }
}
