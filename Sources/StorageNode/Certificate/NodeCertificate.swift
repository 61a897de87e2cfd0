import Crypto
import VaultCrypto
public import VaultEncoding

/// The self-signed P-256 certificate of a node.
///
/// Clients trust exactly the one in the node's record (sync.md section 5), so it names nobody and
/// nothing in it is checked but its key.
public struct NodeCertificate: Sendable {
  /// How long a new certificate is valid.
  public static let validDays: Int64 = 3_650

  /// The certificate, DER.
  public let der: [UInt8]
  /// Its private key, PKCS #8 DER.
  ///
  /// Secret.
  let keyDER: [UInt8]
  /// SHA-256 of its SubjectPublicKeyInfo.
  public let spki: Bytes32

  /// Makes a key and a certificate that is valid from a day before `now`, for clocks that lag.
  public static func make(
    now: Timestamp, using generator: inout some RandomNumberGenerator
  ) throws -> NodeCertificate {
    let key = P256.Signing.PrivateKey()
    let day: Int64 = 86_400_000
    let body = signedPart(
      serial: (0..<16).map { _ in UInt8.random(in: 1...127, using: &generator) },
      from: Timestamp(milliseconds: now.milliseconds - day),
      until: Timestamp(milliseconds: now.milliseconds + validDays * day),
      publicKey: Array(key.publicKey.derRepresentation))
    let signature = try key.signature(for: body)
    let der = DERWriter.sequence([
      body, ecdsaWithSHA256, DERWriter.bitString(Array(signature.derRepresentation)),
    ])
    return try NodeCertificate(der: der, keyDER: Array(key.derRepresentation))
  }

  /// A certificate with its key, as kept in the data folder.
  init(der: [UInt8], keyDER: [UInt8]) throws {
    let key = try P256.Signing.PrivateKey(derRepresentation: keyDER)
    self.der = der
    self.keyDER = keyDER
    spki = Hash.sha256(Array(key.publicKey.derRepresentation))
  }

  // MARK: RFC 5280 section 4.1

  private static let ecdsaWithSHA256 = DERWriter.sequence([
    DERWriter.identifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])
  ])

  private static func signedPart(
    serial: [UInt8], from: Timestamp, until: Timestamp, publicKey: [UInt8]
  ) -> [UInt8] {
    let name = DERWriter.sequence([
      DERWriter.set([
        DERWriter.sequence([
          DERWriter.identifier([0x55, 0x04, 0x03]), DERWriter.text("freehold-node"),
        ])
      ])
    ])
    return DERWriter.sequence([
      DERWriter.tagged(0, DERWriter.integer([2])),
      DERWriter.integer(serial),
      ecdsaWithSHA256,
      name,
      DERWriter.sequence([
        DERWriter.time(digits: digits(from)), DERWriter.time(digits: digits(until)),
      ]),
      name,
      publicKey,
      DERWriter.tagged(3, DERWriter.sequence(extensions)),
    ])
  }

  /// Not an authority; signs handshakes; for servers; a name for stacks that insist on one.
  private static let extensions: [[UInt8]] = [
    extensionValue([0x55, 0x1D, 0x13], isCritical: true, DERWriter.sequence([])),
    extensionValue(
      [0x55, 0x1D, 0x0F], isCritical: true, DERWriter.bitString([0x80], unusedBits: 7)),
    extensionValue(
      [0x55, 0x1D, 0x25], isCritical: false,
      DERWriter.sequence([
        DERWriter.identifier([0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01])
      ])),
    extensionValue(
      [0x55, 0x1D, 0x11], isCritical: false,
      DERWriter.sequence([DERWriter.implicit(2, Array("freehold-node".utf8))])),
  ]

  private static func extensionValue(
    _ identifier: [UInt8], isCritical: Bool, _ value: [UInt8]
  ) -> [UInt8] {
    var parts = [DERWriter.identifier(identifier)]
    if isCritical { parts.append(DERWriter.boolean(true)) }
    parts.append(DERWriter.octets(value))
    return DERWriter.sequence(parts)
  }

  /// `YYYYMMDDhhmmss`: the first fourteen digits of the RFC 3339 text.
  private static func digits(_ time: Timestamp) -> [UInt8] {
    Array(time.description.utf8.filter { $0 >= 48 && $0 <= 57 }.prefix(14))
  }
}
