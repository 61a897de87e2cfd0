import Crypto
import Foundation
import SwiftASN1
import VaultCrypto
public import VaultEncoding
import X509

/// The self-signed P-256 certificate of a node.
///
/// Clients trust exactly the one in the node's record (sync.md section 5), so it names nobody and
/// nothing in it is checked but its key.
public struct NodeCertificate: Sendable {
  /// From when to when a certificate is valid: always.
  ///
  /// Trust comes from the record and ends with it, and a device whose clock is wrong must still
  /// reach its nodes. 9999-12-31T23:59:59Z stands for no end (RFC 5280, 4.1.2.5).
  private static let validFrom = Date(timeIntervalSince1970: 0)
  private static let validUntil = Date(timeIntervalSince1970: 253_402_300_799)

  /// The certificate, DER.
  public let der: [UInt8]
  /// Its private key, PKCS #8 DER.
  ///
  /// Secret.
  let keyDER: [UInt8]
  /// SHA-256 of its SubjectPublicKeyInfo.
  public let spki: Bytes32

  /// Makes a key and a certificate of it.
  public static func make(
    using generator: inout some RandomNumberGenerator
  ) throws -> NodeCertificate {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("freehold-node") }
    // No key usage: BoringSSL takes a certificate for self-signed, and so for a root that can be
    // pinned, only when its key usage, if any, allows signing certificates. This one may not.
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(bytes: generator.nextBytes(16)),
      publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: validFrom, notValidAfter: validUntil,
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames([.dnsName("freehold-node")])
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return try NodeCertificate(
      der: serializer.serializedBytes, keyDER: Array(key.derRepresentation))
  }

  /// A certificate with its key, as kept in the data folder.
  init(der: [UInt8], keyDER: [UInt8]) throws {
    let key = try P256.Signing.PrivateKey(derRepresentation: keyDER)
    self.der = der
    self.keyDER = keyDER
    spki = Hash.sha256(Array(key.publicKey.derRepresentation))
  }
}
