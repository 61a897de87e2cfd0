internal import Crypto
internal import FoundationEssentials

/// An X-Wing private key: what is sealed to its public half can be opened with it.
public struct KEMKey: Sendable, Concealed {
  /// The length of the seed that the key is made of.
  public static let seedBytes = 32

  /// The 32 bytes that the key is made of.
  public let seed: SecretBytes
  /// The public half.
  public let publicKey: KEMPublicKey
  let key: XWingMLKEM768X25519.PrivateKey

  /// Makes the key of a seed; throws `keyRefused` unless it has 32 bytes.
  public init(seed: SecretBytes) throws(CryptoError) {
    guard seed.count == Self.seedBytes else {
      throw CryptoError(.keyRefused, "an X-Wing seed has 32 bytes, not \(seed.count)")
    }
    do {
      key = try seed.withBytes {
        try XWingMLKEM768X25519.PrivateKey(seedRepresentation: $0, publicKey: nil)
      }
    } catch {
      throw CryptoError(.keyRefused, "the X-Wing seed was refused")
    }
    self.seed = seed
    publicKey = KEMPublicKey(trusted: key.publicKey)
  }

  /// Draws a new key from a generator.
  public static func generate(using generator: inout some RandomNumberGenerator) -> KEMKey {
    let seed = SecretBytes.generate(count: seedBytes, residence: .locked, using: &generator)
    do {
      return try KEMKey(seed: seed)
    } catch {
      preconditionFailure("every seed of 32 bytes is an X-Wing key")
    }
  }
}
