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
    let key = SecretBytes(generator.nextBytes(ChunkAEAD.keyBytes))
    do {
      // A sealed message is longer than its content, so that leaving off its nonce suffices.
      let zeros = [UInt8](repeating: 0, count: count)
      return Array(try ChunkAEAD.seal(zeros, key: key, aad: [], using: &generator).suffix(count))
    } catch {
      throw PackingError(.noContext, "the padding of a pack could not be made")
    }
  }
}
