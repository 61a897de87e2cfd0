/// A digest with the code of its hash function and its length in front.
///
/// docs/spec/encoding.md, "CID".
public struct Multihash: Hashable, Sendable {
  /// The code of SHA-256 in the multicodec table.
  public static let sha256Code: UInt64 = 0x12
  /// The code of «no hash»: the data itself.
  public static let identityCode: UInt64 = 0x00
  /// The longest digest; SHA-512 has 64 bytes, and identity data above 128 belong in a block.
  public static let digestBytesMax = 128

  /// The code of the hash function in the multicodec table.
  public let code: UInt64
  /// The digest, perhaps shortened.
  public let digest: [UInt8]

  /// Joins a code and a digest; nil when either is larger than the format allows.
  public init?(code: UInt64, digest: [UInt8]) {
    guard code <= Varint.valueMax, digest.count <= Self.digestBytesMax else { return nil }
    self.code = code
    self.digest = digest
  }

  /// A SHA-256 digest.
  public init(sha256 digest: Bytes32) {
    code = Self.sha256Code
    self.digest = digest.bytes
  }

  /// Reads a multihash that fills the bytes exactly.
  public init(decoding bytes: [UInt8]) throws(MultihashError) {
    let (multihash, end) = try Self.decodePrefix(bytes, at: 0)
    guard end == bytes.count else { throw .trailingBytes }
    self = multihash
  }

  /// Reads a multihash that starts at an offset, and says where it ends.
  public static func decodePrefix(
    _ bytes: [UInt8], at offset: Int
  ) throws(MultihashError) -> (multihash: Multihash, end: Int) {
    let code: UInt64
    let length: UInt64
    var end = offset
    do {
      (code, end) = try Varint.decodePrefix(bytes, at: end)
      (length, end) = try Varint.decodePrefix(bytes, at: end)
    } catch {
      throw .varint(error)
    }
    guard length <= UInt64(digestBytesMax) else { throw .digestTooLong }
    let start = end
    end += Int(length)
    guard end <= bytes.count else { throw .truncated }
    guard let multihash = Multihash(code: code, digest: Array(bytes[start..<end])) else {
      throw .digestTooLong
    }
    return (multihash, end)
  }

  /// The bytes: code, length, digest.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 4 + digest.count)
    writer.writeVarint(code)
    writer.writeLengthPrefixed(digest)
    return writer.bytes
  }
}
