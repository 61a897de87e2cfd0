/// The keys of one device: random, never sent anywhere, never restored from a backup.
public struct DeviceKeys: Sendable, Concealed {
  /// The length of the key of the local store.
  public static let storeKeyBytes = 32

  /// Signs heads, requests and policy entries; its DID is the device's name.
  public let signing: SigningKey
  /// Epoch keys are sealed to its public half.
  public let kem: KEMKey
  /// Seals what the local database holds.
  public let storeKey: SecretBytes

  /// Puts keys together; throws `keyRefused` unless the store key has 32 bytes.
  public init(signing: SigningKey, kem: KEMKey, storeKey: SecretBytes) throws(CryptoError) {
    guard storeKey.count == Self.storeKeyBytes else {
      throw CryptoError(.keyRefused, "a store key has 32 bytes, not \(storeKey.count)")
    }
    self.signing = signing
    self.kem = kem
    self.storeKey = storeKey
  }

  /// Draws new keys from a generator.
  public static func generate(using generator: inout some RandomNumberGenerator) -> DeviceKeys {
    DeviceKeys(
      drawnSigning: .generate(using: &generator), kem: .generate(using: &generator),
      storeKey: .generate(count: storeKeyBytes, residence: .locked, using: &generator))
  }

  private init(drawnSigning signing: SigningKey, kem: KEMKey, storeKey: SecretBytes) {
    self.signing = signing
    self.kem = kem
    self.storeKey = storeKey
  }
}
