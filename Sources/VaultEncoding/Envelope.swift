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
  /// Where the signed part starts: after the list's head, the bytes' head and the signature.
  private static let signedOffset = 1 + 2 + signatureBytes

  /// The signature over `signedBytes`, not yet verified.
  public let signature: [UInt8]
  /// What the payload is, such as `vault/policy@1`.
  public let tag: String
  /// What was signed.
  public let payload: CBORValue
  /// The whole envelope.
  public let bytes: [UInt8]

  /// Reads an envelope; verifies no signature.
  public init(
    decoding bytes: [UInt8], limits: CBORLimits = .standard
  ) throws(EnvelopeError) {
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

  /// Joins a signature with what it signs.
  public init(
    signature: [UInt8], tag: String, payload: CBORValue
  ) throws(EnvelopeError) {
    guard signature.count == Self.signatureBytes else { throw .notASignature }
    let signed = try Self.bytesToSign(tag: tag, payload: payload)
    var writer = ByteWriter(capacity: Self.signedOffset + signed.count)
    writer.writeBytes([0x82, 0x58, UInt8(Self.signatureBytes)])
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
