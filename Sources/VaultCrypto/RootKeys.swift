internal import Crypto
internal import FoundationEssentials
public import VaultEncoding

/// The keys of a vault's root, derived from the recovery phrase (docs/spec/keys.md, «Root»).
///
/// They are needed when a vault is made, and when it is recovered; devices do not keep them.
public struct RootKeys: Sendable, Concealed {
  /// Signs the genesis and, in an emergency, anything else; its DID names the vault.
  public let signing: SigningKey
  /// Every epoch key is sealed to it, so that the phrase alone recovers all data.
  public let kem: KEMKey
  /// SHA-256 of the public ML-DSA-65 key that can take over the day Ed25519 falls.
  public let mldsaPublicKeyHash: Bytes32

  /// Derives the keys of a phrase.
  public init(phrase: RecoveryPhrase) throws(CryptoError) {
    try self.init(entropy: phrase.entropy)
  }

  /// Derives the keys of 32 bytes of entropy; throws `keyRefused` for another length.
  public init(entropy: SecretBytes) throws(CryptoError) {
    guard entropy.count == RecoveryPhrase.entropyBytes else {
      throw CryptoError(.keyRefused, "root entropy has 32 bytes, not \(entropy.count)")
    }
    let root = KeyDerivation.extract(secret: entropy, salt: Array("vault/v1/root".utf8))
    func seed(_ label: String) -> SecretBytes {
      KeyDerivation.expand(root, label: label, residence: .locked)
    }
    signing = try SigningKey(seed: seed("root-sign"))
    kem = try KEMKey(seed: seed("root-kem"))
    do {
      let key = try seed("root-mldsa").withBytes {
        try MLDSA65.PrivateKey(seedRepresentation: $0, publicKey: nil)
      }
      mldsaPublicKeyHash = Hash.sha256(Array(key.publicKey.rawRepresentation))
    } catch {
      throw CryptoError(.keyRefused, "the ML-DSA-65 seed was refused")
    }
  }
}
