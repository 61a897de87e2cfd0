/// Names a signed object or a raw block by its SHA-256: a version 1 CID.
///
/// Only what Freehold itself writes: `01`, codec `71` or `55`, `12 20`, digest. Other people's
/// CIDs are `AnyCID`. docs/spec/encoding.md, "CID".
public struct CID: Hashable, Comparable, Sendable {
  /// What the named bytes are.
  public enum Codec: UInt8, Hashable, Sendable, CaseIterable {
    /// Bytes without meaning here.
    case raw = 0x55
    /// A DAG-CBOR value.
    case dagCBOR = 0x71
  }

  /// How many bytes there are: 36.
  public static let byteCount = 36
  /// The longest text that is looked at; both bases need at most 59 characters.
  public static let textBytesMax = 64

  /// What the named bytes are.
  public let codec: Codec
  /// The SHA-256 of the named bytes.
  public let digest: Bytes32

  /// Joins a codec and a digest.
  public init(codec: Codec, digest: Bytes32) {
    self.codec = codec
    self.digest = digest
  }

  /// Reads exactly 36 bytes.
  public init(bytes: [UInt8]) throws(CIDError) {
    try self.init(bytes: bytes[...])
  }

  /// Reads exactly 36 bytes.
  public init(bytes: ArraySlice<UInt8>) throws(CIDError) {
    guard bytes.count == Self.byteCount else { throw .wrongLength }
    let start = bytes.startIndex
    guard bytes[start] == 0x01 else { throw .unsupportedVersion }
    guard let codec = Codec(rawValue: bytes[start + 1]) else { throw .unsupportedCodec }
    guard bytes[start + 2] == 0x12, bytes[start + 3] == 0x20 else { throw .unsupportedHash }
    guard let digest = Bytes32(bytes[(start + 4)...]) else { throw .wrongLength }
    self.init(codec: codec, digest: digest)
  }

  /// Reads exactly 36 bytes.
  public init(bytes: some Collection<UInt8>) throws(CIDError) {
    guard bytes.count == Self.byteCount else { throw .wrongLength }
    try self.init(bytes: Array(bytes))
  }

  /// Reads base58btc (`z…`) or lower-case base32 (`b…`) in the one form that we would write.
  public init(_ text: String) throws(CIDError) {
    guard text.utf8.count <= Self.textBytesMax else { throw .wrongLength }
    let base: Multibase.Base
    switch text.utf8.first {
    case UInt8(ascii: "z"): base = .base58btc
    case UInt8(ascii: "b"): base = .base32
    default: throw .unsupportedBase
    }
    let bytes: [UInt8]
    do {
      bytes = try Multibase.decode(text)
    } catch {
      throw .multibase(error)
    }
    try self.init(bytes: bytes)
    guard Multibase.encode(bytes, as: base).utf8.elementsEqual(text.utf8) else {
      throw .multibase(.notCanonical)
    }
  }

  /// The 36 bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Self.byteCount)
    writer.writeBytes([0x01, codec.rawValue, 0x12, 0x20])
    writer.writeBytes32(digest)
    return writer.bytes
  }

  /// The text in base58btc: `zdpu…` for DAG-CBOR, `zb2r…` for raw.
  public var text: String { Multibase.encode(bytes, as: .base58btc) }

  /// Feeds the digest to a hasher: two codecs of one digest are hardly ever met.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// Compares as bytes.
  public static func < (left: CID, right: CID) -> Bool {
    left.codec == right.codec
      ? left.digest < right.digest : left.codec.rawValue < right.codec.rawValue
  }
}

extension CID: CustomStringConvertible {
  /// The text in base58btc.
  public var description: String { text }
}
