/// A signed object: `[signature, {"h": header, tag: payload}]`.
///
/// docs/spec/encoding.md, "Envelope".
///
/// An envelope has the right shape; whether its signature is good is another module's question.
public struct Envelope: Hashable, Sendable {
  /// How many bytes a signature has: 64, Ed25519.
  public static let signatureBytes = 64
  /// The longest tag.
  public static let tagBytesMax = 64
  /// The varsig header: version 1, EdDSA on edwards25519, SHA2-512, over DAG-CBOR.
  public static let header: [UInt8] = [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x71]
  private static let headerKey = "h"
  /// The heads of the list of two and of the signature.
  private static let signatureHead: [UInt8] = [0x82, 0x58, UInt8(signatureBytes)]
  /// The head of the map of two, `h`, and the varsig header.
  private static let contentHead: [UInt8] = [0xa2, 0x61, 0x68, 0x48] + header
  /// The list, its two items, and the keys and values of the map.
  private static let valuesBesidePayload = 1 + 2 + 4
  /// Where the signed part starts.
  private static let signedOffset = signatureHead.count + signatureBytes

  /// The signature over `signedBytes`, not yet verified.
  public let signature: [UInt8]
  /// What the payload is, such as `vault/policy@1`; ASCII.
  public let tag: String
  /// What was signed.
  public let payload: CBORValue
  /// The whole envelope.
  public let bytes: [UInt8]

  /// Reads an envelope; verifies no signature.
  public init(
    decoding bytes: [UInt8], limits: CBORLimits = .standard
  ) throws(EnvelopeError) {
    if let envelope = Self.decodeAtOnce(bytes, limits: limits) {
      self = envelope
      return
    }
    let value: CBORValue
    do {
      value = try DAGCBOR.decode(bytes, limits: limits)
    } catch {
      throw .encoding(error)
    }
    guard let items = value.asArray, items.count == 2 else { throw .notAPair }
    guard let signature = items[0].asBytes, signature.count == Self.signatureBytes else {
      throw .notASignature
    }
    guard let content = items[1].asMap, content.count == 2 else { throw .notTwoKeys }
    guard content[Self.headerKey]?.asBytes == Self.header else { throw .otherHeader }
    // A valid tag is longer than «h», so the order of keys puts it second.
    guard Self.isTag(content[1].key) else { throw .invalidTag }
    self.signature = signature
    tag = content[1].key
    payload = content[1].value
    self.bytes = bytes
  }

  /// Reads an envelope whose beginning is the one that all have; nil when anything is wrong.
  ///
  /// All before the tag but the signature has one encoding, so it is compared as bytes instead of
  /// being made into values. What is refused is read once more, value by value, to say why.
  private static func decodeAtOnce(_ bytes: [UInt8], limits: CBORLimits) -> Envelope? {
    let (start, end) = (signatureHead.count, signatureHead.count + signatureBytes)
    guard bytes.count <= limits.bytesMax, bytes.starts(with: signatureHead),
      bytes.dropFirst(end).starts(with: contentHead)
    else { return nil }
    var input = CBORInput(
      bytes, at: end + contentHead.count, limits: limits, claimed: valuesBesidePayload)
    guard let pair = try? input.readPair(depth: 2), input.offset == bytes.count, isTag(pair.key)
    else { return nil }
    return Envelope(
      signature: Array(bytes[start..<end]), tag: pair.key, payload: pair.value, bytes: bytes)
  }

  private init(signature: [UInt8], tag: String, payload: CBORValue, bytes: [UInt8]) {
    self.signature = signature
    self.tag = tag
    self.payload = payload
    self.bytes = bytes
  }

  /// Joins a signature with what it signs.
  public init(
    signature: [UInt8], tag: String, payload: CBORValue
  ) throws(EnvelopeError) {
    guard signature.count == Self.signatureBytes else { throw .notASignature }
    let signed = try Self.bytesToSign(tag: tag, payload: payload)
    var writer = ByteWriter(capacity: Self.signedOffset + signed.count)
    writer.writeBytes(Self.signatureHead)
    writer.writeBytes(signature)
    writer.writeBytes(signed)
    self.signature = signature
    self.tag = tag
    self.payload = payload
    bytes = writer.bytes
  }

  /// The bytes that a signer signs for a tag and a payload.
  public static func bytesToSign(
    tag: String, payload: CBORValue
  ) throws(EnvelopeError) -> [UInt8] {
    guard isTag(tag) else { throw .invalidTag }
    return DAGCBOR.encode(.map([(headerKey, .bytes(header)), (tag, payload)]))
  }

  /// The bytes that the signature is over: the second element exactly as it was received.
  public var signedBytes: [UInt8] { Array(bytes[Self.signedOffset...]) }

  /// How many bytes the signature is over: the last ones of the envelope.
  public var signedCount: Int { bytes.count - Self.signedOffset }

  /// Two to 64 characters of `a–z 0–9 / . - @`.
  private static func isTag(_ text: String) -> Bool {
    (2...tagBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { unit in
        switch unit {
        case 0x61...0x7a, 0x2d...0x39, 0x40: true
        default: false
        }
      }
  }
}
