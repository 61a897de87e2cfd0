internal import Crypto

/// AES-256-GCM with an explicit random nonce: `nonce (12) ‖ ciphertext ‖ tag (16)`.
///
/// For keys that seal few messages: the nonce has 96 bits, and a chunk's key belongs to one
/// plaintext. It does not commit to the key; whoever opens a chunk compares the hash of the
/// plaintext, which does. See docs/spec/sealing.md, «Chunks».
public enum ChunkAEAD {
  /// How many bytes a sealed message is longer than its plaintext.
  public static let overheadBytes = 28
  /// The length of a key.
  public static let keyBytes = 32

  /// Seals bytes under a key of 32 bytes; throws `keyRefused` for another length.
  public static func seal(
    _ plaintext: [UInt8], key: SecretBytes, aad: [UInt8],
    using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> [UInt8] {
    try checkLength(of: key)
    let nonce = generator.nextBytes(AES256GCM.nonceBytes)
    return [UInt8](
      try AES256GCM.seal(plaintext, key: key.symmetricKey, nonce: nonce, aad: aad))
  }

  /// Opens a sealed message; throws `cannotOpen` for another key, context or changed bytes.
  public static func open(
    _ sealed: [UInt8], key: SecretBytes, aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try open(sealed[...], key: key, aad: aad)
  }

  /// Opens a sealed message where it lies; throws as `open(_:key:aad:)` of an array.
  public static func open(
    _ sealed: ArraySlice<UInt8>, key: SecretBytes, aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try checkLength(of: key)
    guard sealed.count >= overheadBytes else {
      throw CryptoError(.cannotOpen, "a sealed message is shorter than \(overheadBytes) bytes")
    }
    let result = sealed.withUnsafeBytes { bytes in
      Result { () throws(CryptoError) in
        try AES256GCM.open(bytes, key: key.symmetricKey, aad: aad)
      }
    }
    return try result.get()
  }

  private static func checkLength(of key: SecretBytes) throws(CryptoError) {
    guard key.count == keyBytes else {
      throw CryptoError(.keyRefused, "a chunk key has 32 bytes, not \(key.count)")
    }
  }
}
