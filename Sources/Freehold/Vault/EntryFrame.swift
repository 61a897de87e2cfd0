import VaultEncoding
import VaultPacking

/// The plaintext of a feed entry: a batch, compressed where that helps (docs/spec/sealing.md).
///
/// | method (1 byte) | plain length (varint) | bytes |
enum EntryFrame {
  /// The longest encoded batch: commits are cut so that they stay below it.
  static let batchBytesMax = Decompressor.plainBytesMax

  static func encode(_ batch: [UInt8], compressor: Compressor) -> [UInt8] {
    let packed = compressor.compress(batch)
    var writer = ByteWriter(capacity: packed.bytes.count + 8)
    writer.writeUInt8(packed.method.rawValue)
    writer.writeCount(batch.count)
    writer.writeBytes(packed.bytes)
    return writer.bytes
  }

  static func decode(_ frame: [UInt8], decompressor: Decompressor) throws -> [UInt8] {
    var reader = ByteReader(frame)
    guard let method = CompressionMethod(rawValue: try reader.readUInt8()) else {
      throw ManifestError.malformed("entry frame")
    }
    let plainBytes = try reader.readCount(max: batchBytesMax)
    let payload = try reader.readBytes(reader.remaining)
    return try decompressor.decompress(payload, method: method, plainBytes: plainBytes)
  }
}
