import VaultCrypto

/// The bytes behind the last chunk of a pack.
///
/// A node must not see where the chunks end, so the padding has to look like ciphertext to
/// somebody who does everything to tell them apart. The surest way is that it is ciphertext: zeros
/// sealed by AES-256-GCM under a key that is drawn for this and forgotten. It costs a tenth of a
/// second for a gigabyte; no key, nonce or content of the vault goes into it.
enum PackPadding {
  /// Exactly `count` bytes.
  static func bytes(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> [UInt8] {
    var seed: [UInt8] = []
    for _ in 0..<4 {
      withUnsafeBytes(of: (generator.next() as UInt64).bigEndian) { seed.append(contentsOf: $0) }
    }
    do {
      let sealed = try ChunkAEAD.seal(
        [UInt8](repeating: 0, count: count), key: SecretBytes(seed), aad: [], using: &generator)
      return Array(sealed.suffix(count))
    } catch {
      throw PackingError(.noContext, "the padding of a pack could not be made")
    }
  }
}
