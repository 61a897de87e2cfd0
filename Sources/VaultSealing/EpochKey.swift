public import VaultCrypto
public import VaultEncoding

/// The key of one generation of a scope: whoever has it reads what was written under it.
///
/// Subkeys and labels: docs/spec/keys.md, «Epoch keys». They are derived once, when the value is
/// made, and shared by its copies.
public struct EpochKey: Sendable, Concealed, Equatable {
  /// The length of the secret.
  public static let secretBytes = 32

  /// The scope that it opens.
  public let scope: ScopeID
  /// The generation.
  public let number: UInt64
  /// The secret itself, for sealing to readers.
  public let secret: SecretBytes
  /// Seals operations and manifests.
  public let operations: SecretBytes
  /// Makes the keys of chunks from their plaintexts.
  public let dedup: SecretBytes
  /// Chooses where files are cut.
  public let chunker: SecretBytes
  let backLinks: SecretBytes
  /// `dedup` ready for the many chunks that it makes keys of.
  let dedupCodes: HMACKey

  /// Makes an epoch key; throws `keyRefused` unless the secret has 32 bytes.
  public init(scope: ScopeID, number: UInt64, secret: SecretBytes) throws(SealingError) {
    guard secret.count == Self.secretBytes else {
      throw SealingError(.keyRefused, "an epoch key has 32 bytes, not \(secret.count)")
    }
    self.init(scope: scope, number: number, checked: secret)
  }

  /// Draws a new key from a generator.
  public static func generate(
    scope: ScopeID, number: UInt64, using generator: inout some RandomNumberGenerator
  ) -> EpochKey {
    let secret = SecretBytes.generate(
      count: secretBytes, residence: .locked, using: &generator)
    return EpochKey(scope: scope, number: number, checked: secret)
  }

  /// The scope and the number, without the key.
  public var description: String { "EpochKey(epoch \(number), concealed)" }

  /// Whether scope, number and secret are equal; the secret is compared in constant time.
  public static func == (left: EpochKey, right: EpochKey) -> Bool {
    left.scope == right.scope && left.number == right.number && left.secret == right.secret
  }

  private init(scope: ScopeID, number: UInt64, checked secret: SecretBytes) {
    self.scope = scope
    self.number = number
    self.secret = secret
    // The secret is 32 random bytes, so it serves as HKDF's pseudorandom key directly.
    operations = KeyDerivation.expand(secret, label: "vault/v1/op")
    dedup = KeyDerivation.expand(secret, label: "vault/v1/dedup")
    dedupCodes = HMACKey(dedup)
    chunker = KeyDerivation.expand(secret, label: "vault/v1/chunker")
    backLinks = KeyDerivation.expand(secret, label: BackLink.label)
  }
}
