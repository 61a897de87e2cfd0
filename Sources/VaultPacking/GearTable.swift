import VaultCrypto

/// The 256 random words that drive the rolling hash, derived from a scope's chunker key.
///
/// HKDF-Expand of the key under the label gives 2048 bytes; word b is bytes 8b ..< 8b+8, big-endian
/// (docs/spec/packs.md section 1).
struct GearTable: Sendable {
  static let label = "vault/v1/gear"
  let words: [UInt64]

  init(key: [UInt8]) {
    let stream = KeyDerivation.expand(SecretBytes(key), label: Self.label, length: 2048)
    words = stream.withBytes { bytes in
      (0..<256).map { entry in
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * entry, as: UInt64.self))
      }
    }
  }
}
