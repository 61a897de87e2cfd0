/// The next part of a file's content.
public enum FilePiece {
  /// Bytes; valid only while they are being handed over.
  case data(UnsafeRawBufferPointer)
  /// So many zero bytes that take no room on the disk.
  case hole(bytes: Int64)

  /// How many bytes of content it stands for.
  public var byteCount: Int64 {
    switch self {
    case .data(let bytes): Int64(bytes.count)
    case .hole(let bytes): bytes
    }
  }
}
