internal import Crypto
internal import FoundationEssentials
public import VaultEncoding

extension DID {
  /// Whether `signature` is this key's Ed25519 signature over `bytes`.
  ///
  /// Refused besides a plain mismatch: a length other than 64, S ≥ L (a second signature made
  /// from the first), and keys of small order or in a non-canonical encoding, under which one
  /// signature fits many messages. See docs/spec/keys.md, «Signatures».
  public func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
    guard signature.count == SigningKey.signatureBytes else { return false }
    let encoded = key.bytes
    guard Ed25519Point.isAcceptable(encoded) else { return false }
    guard let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: encoded) else {
      return false
    }
    // BoringSSL refuses S ≥ L and compares R as bytes; Wycheproof's vectors hold it to that.
    return publicKey.isValidSignature(signature, for: bytes)
  }
}
