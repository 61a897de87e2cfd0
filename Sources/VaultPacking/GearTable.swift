import VaultCrypto

/// The 256 random words that drive the rolling hash, derived from a scope's chunker key.
///
/// HKDF-SHA-256 with the key as secret, an empty salt and the label as info gives 2048 bytes;
/// word b is bytes 8b ..< 8b+8, big-endian (docs/spec/packs.md section 1).
struct GearTable: Sendable {
  static let label = "vault/v1/gear"
  let words: [UInt64]

  init(key: [UInt8]) {
    let stream = KeyDerivation.hkdf(
      secret: SecretBytes(key), salt: [], info: Array(Self.label.utf8), length: 2048)
    words = stream.withBytes { bytes in
      (0..<256).map { entry in
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * entry, as: UInt64.self))
      }
    }
  }
}
