public import VaultCrypto
public import VaultEncoding

/// Sealing of chunks: the key comes from the plaintext and the scope's dedup secret.
///
/// Equal plaintexts of one scope and epoch have equal keys, so a device finds by key what is stored
/// already; without the secret nobody can confirm a guess. The nonce is random, because compression
/// may differ for one plaintext. See docs/spec/sealing.md, «Chunks».
public enum ChunkSeal {
  static let keyLabel = "vault/v1/chunk-key"
  private static let aad = Array("vault/v1/chunk".utf8)

  /// The key of the chunk with this plaintext hash, in this epoch.
  public static func key(forPlaintextHash hash: Bytes32, _ epoch: EpochKey) -> SecretBytes {
    epoch.dedupCodes.hkdf32(secret: hash, info: Array(keyLabel.utf8))
  }

  /// Seals a chunk's payload: the plaintext, or its compressed form.
  public static func seal(
    _ payload: [UInt8], key: SecretBytes, using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    do {
      return try ChunkAEAD.seal(payload, key: key, aad: aad, using: &generator)
    } catch {
      throw SealingError(error, "a chunk")
    }
  }

  /// Opens a chunk's payload.
  ///
  /// The caller decompresses it and then calls `check`.
  public static func open(_ sealed: [UInt8], key: SecretBytes) throws(SealingError) -> [UInt8] {
    try open(sealed[...], key: key)
  }

  /// Opens a chunk's payload where it lies in a pack.
  public static func open(
    _ sealed: ArraySlice<UInt8>, key: SecretBytes
  ) throws(SealingError) -> [UInt8] {
    try SealingError.translating("a chunk") { () throws(CryptoError) in
      try ChunkAEAD.open(sealed, key: key, aad: aad)
    }
  }

  /// Checks that a plaintext is the one that a manifest names; throws `hashDiffers`.
  ///
  /// This is not optional: AES-GCM alone does not commit to the key, this hash does.
  public static func check(_ plaintext: [UInt8], hash: Bytes32) throws(SealingError) {
    guard Hash.sha256(plaintext) == hash else {
      throw SealingError(.hashDiffers, "a chunk is not the one that its manifest names")
    }
  }

  static func key(forPlaintextHash hash: Bytes32, dedup: SecretBytes) -> SecretBytes {
    HMACKey(dedup).hkdf32(secret: hash, info: Array(keyLabel.utf8))
  }
}
