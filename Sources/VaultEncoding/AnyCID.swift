/// A CID of any codec and hash, version 0 or 1, as other people's files hold them.
///
/// Freehold's own objects use `CID`; this one is for reading and keeping what is foreign.
public struct AnyCID: Hashable, Sendable {
  /// The longest form in bytes: three varints, a length and a digest.
  public static let bytesMax = 27 + 2 + Multihash.digestBytesMax
  /// The longest text: base 2 of the longest bytes.
  public static let textBytesMax = 1 + 8 * bytesMax
  /// The codec of version 0, dag-pb.
  public static let dagPBCode: UInt64 = 0x70

  /// 0 or 1.
  public let version: Int
  /// The code of the codec in the multicodec table.
  public let codec: UInt64
  /// The hash of the named bytes.
  public let multihash: Multihash

  /// One of our own CIDs.
  public init(_ cid: CID) {
    version = 1
    codec = UInt64(cid.codec.rawValue)
    multihash = Multihash(sha256: cid.digest)
  }

  private init(version: Int, codec: UInt64, multihash: Multihash) {
    self.version = version
    self.codec = codec
    self.multihash = multihash
  }

  /// Reads a CID that fills the bytes exactly.
  public init(bytes: [UInt8]) throws(CIDError) {
    let (cid, end) = try Self.decodePrefix(bytes, at: 0)
    guard end == bytes.count else { throw .wrongLength }
    self = cid
  }

  /// Reads a CID that starts at an offset, and says where it ends.
  public static func decodePrefix(
    _ bytes: [UInt8], at offset: Int
  ) throws(CIDError) -> (cid: AnyCID, end: Int) {
    guard offset >= 0, offset < bytes.count else { throw .wrongLength }
    // Version 0 has no version: it is a bare SHA-256 multihash, known by its first two bytes.
    if bytes[offset...].starts(with: [0x12, 0x20]) {
      let (multihash, end) = try hash(bytes, at: offset)
      return (AnyCID(version: 0, codec: dagPBCode, multihash: multihash), end)
    }
    let version: UInt64
    let codec: UInt64
    var end = offset
    do {
      (version, end) = try Varint.decodePrefix(bytes, at: end)
      guard version == 1 else { throw CIDError.unsupportedVersion }
      (codec, end) = try Varint.decodePrefix(bytes, at: end)
    } catch let error as VarintError {
      throw .varint(error)
    } catch {
      throw .unsupportedVersion
    }
    let (multihash, last) = try hash(bytes, at: end)
    return (AnyCID(version: 1, codec: codec, multihash: multihash), last)
  }

  private static func hash(
    _ bytes: [UInt8], at offset: Int
  ) throws(CIDError) -> (multihash: Multihash, end: Int) {
    do {
      return try Multihash.decodePrefix(bytes, at: offset)
    } catch {
      throw .multihash(error)
    }
  }

  /// Reads version 1 in any multibase, and version 0 as 46 characters `Qm…`.
  public init(_ text: String) throws(CIDError) {
    guard text.utf8.count <= Self.textBytesMax else { throw .wrongLength }
    do {
      if text.utf8.count == 46, text.utf8.starts(with: "Qm".utf8) {
        try self.init(bytes: Multibase.decodeBare(text, as: .base58btc))
        return
      }
      try self.init(bytes: Multibase.decode(text))
    } catch let error as MultibaseError {
      throw .multibase(error)
    } catch let error as CIDError {
      throw error
    } catch {
      throw .wrongLength
    }
    // Version 0 exists only as `Qm…`.
    guard version == 1 else { throw .unsupportedBase }
  }

  /// The bytes.
  public var bytes: [UInt8] {
    guard version == 1 else { return multihash.bytes }
    var writer = ByteWriter(capacity: Self.bytesMax)
    writer.writeVarint(1)
    writer.writeVarint(codec)
    writer.writeBytes(multihash.bytes)
    return writer.bytes
  }

  /// The text in base58btc; without a prefix for version 0.
  public var text: String {
    version == 0
      ? Multibase.encodeBare(bytes, as: .base58btc) : Multibase.encode(bytes, as: .base58btc)
  }

  /// The same CID in Freehold's own kind, if it is of that kind.
  public var cid: CID? { try? CID(bytes: bytes) }
}

extension AnyCID: CustomStringConvertible {
  /// The text in base58btc.
  public var description: String { text }
}
