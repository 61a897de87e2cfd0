internal import Crypto
internal import FoundationEssentials

/// Sealing a short secret to somebody's X-Wing key: HPKE base mode (RFC 9180), one message.
///
/// The seal starts with the numbers of its algorithms, so that others can follow later:
/// `KEM 0x647a ‖ KDF 0x0001 ‖ AEAD 0x0002 ‖ encapsulated key (1120) ‖ ciphertext ‖ tag (16)`.
/// See docs/spec/sealing.md, «HPKE seal». Base mode says nothing about who sealed: what
/// contains a seal is signed.
public enum HPKESeal {
  /// X-Wing, HKDF-SHA256, AES-256-GCM, each as two bytes.
  public static let suite: [UInt8] = [0x64, 0x7a, 0x00, 0x01, 0x00, 0x02]
  /// The length of the encapsulated key.
  public static let encapsulatedBytes = 1120
  /// How many bytes a seal is longer than what it seals.
  public static let overheadBytes = 6 + encapsulatedBytes + 16

  private static var ciphersuite: HPKE.Ciphersuite {
    .XWingMLKEM768X25519_SHA256_AES_GCM_256
  }

  /// Seals bytes to a key.
  ///
  /// The encapsulation draws its randomness from the system.
  ///
  /// Throws `keyRefused` when the key's X25519 part has small order.
  public static func seal(
    _ plaintext: [UInt8], to recipient: KEMPublicKey, info: [UInt8], aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    do {
      var sender = try HPKE.Sender(
        recipientKey: recipient.key, ciphersuite: ciphersuite, info: Data(info))
      let ciphertext = try sender.seal(plaintext, authenticating: aad)
      return suite + sender.encapsulatedKey + ciphertext
    } catch {
      throw CryptoError(.keyRefused, "nothing can be sealed to this X-Wing key")
    }
  }

  /// Opens a seal; `suiteUnknown` for other algorithms, `cannotOpen` for everything else.
  public static func open(
    _ sealed: [UInt8], with key: KEMKey, info: [UInt8], aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    guard sealed.count >= overheadBytes else {
      throw CryptoError(.cannotOpen, "a seal is shorter than \(overheadBytes) bytes")
    }
    guard sealed.starts(with: suite) else {
      throw CryptoError(.suiteUnknown, "a seal names algorithms that this version does not have")
    }
    let body = sealed.dropFirst(suite.count)
    do {
      var recipient = try HPKE.Recipient(
        privateKey: key.key, ciphersuite: ciphersuite, info: Data(info),
        encapsulatedKey: Data(body.prefix(encapsulatedBytes)))
      let ciphertext = body.dropFirst(encapsulatedBytes)
      return Array(try recipient.open(ciphertext, authenticating: aad))
    } catch {
      throw CryptoError(.cannotOpen, "a seal does not open with this key in this context")
    }
  }
}
