internal import Crypto
internal import FoundationEssentials
public import VaultEncoding

/// An Ed25519 private key: of a vault's root, a device, a node or a person.
///
/// It signs envelopes and invocations only, whose bytes carry their kind inside, so a signature
/// for one purpose is never valid for another.
public struct SigningKey: Sendable, Concealed {
  /// The length of the seed that the key is made of.
  public static let seedBytes = 32
  /// The length of a signature.
  public static let signatureBytes = 64

  /// The name of the key: its public half as did:key.
  public let did: DID
  /// The 32 bytes that the key is made of.
  public let seed: SecretBytes
  private let key: Curve25519.Signing.PrivateKey

  /// Makes the key of a seed; throws `keyRefused` unless it has 32 bytes.
  public init(seed: SecretBytes) throws(CryptoError) {
    guard seed.count == Self.seedBytes else {
      throw CryptoError(.keyRefused, "an Ed25519 seed has 32 bytes, not \(seed.count)")
    }
    do {
      key = try seed.withBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
    } catch {
      throw CryptoError(.keyRefused, "the Ed25519 seed was refused")
    }
    self.seed = seed
    did = DID(key: key.publicKey.rawRepresentation.withUnsafeBytes { Bytes32(exactly: $0) })
  }

  /// Draws a new key from a generator.
  public static func generate(using generator: inout some RandomNumberGenerator) -> SigningKey {
    let seed = SecretBytes.generate(count: seedBytes, residence: .locked, using: &generator)
    do {
      return try SigningKey(seed: seed)
    } catch {
      preconditionFailure("every seed of 32 bytes is an Ed25519 key")
    }
  }

  /// Signs bytes.
  ///
  /// The same bytes give the same signature.
  public func sign(_ bytes: [UInt8]) -> [UInt8] {
    do {
      return Array(try key.signature(for: bytes))
    } catch {
      preconditionFailure("Ed25519 signs every byte string")
    }
  }
}
