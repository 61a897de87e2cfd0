/// Compression without a context of one's own, for callers with a chunk now and then.
///
/// Whoever has many chunks keeps a `Compressor` or a `Decompressor`: making one for each chunk
/// costs more than a small chunk does.
public enum Compression {
  /// The bytes to seal for a chunk and the method's number.
  public static func compress(
    _ content: [UInt8]
  ) throws(PackingError) -> (bytes: [UInt8], method: UInt8) {
    let made = try Compressor().compress(content)
    return (made.bytes, made.method.rawValue)
  }

  /// The plain bytes, exactly `plainBytes` of them.
  ///
  /// Throws `unknownMethod` for a number without a method, and what `Decompressor` throws.
  public static func decompress(
    _ bytes: [UInt8], method: UInt8, plainBytes: Int
  ) throws(PackingError) -> [UInt8] {
    guard let method = CompressionMethod(rawValue: method) else {
      throw PackingError(.unknownMethod, "compression method \(method) is not known here")
    }
    return try Decompressor().decompress(bytes, method: method, plainBytes: plainBytes)
  }
}
