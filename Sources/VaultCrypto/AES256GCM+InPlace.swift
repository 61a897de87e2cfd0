internal import CSodium
internal import Crypto

// Long messages where they lie.
//
// swift-crypto takes and gives whole messages and needs two more of the same length on the way. For
// the index of a million files that is a great deal of memory, and libsodium, where the processor
// has the instructions, writes the ciphertext over the plaintext. It is the same cipher, byte for
// byte, at half the speed; so chunks and entries, which are short and many, stay with swift-crypto.
extension AES256GCM {
  /// From this length on a message is sealed and opened where it lies.
  static let inPlaceBytesMin = 256 << 10

  /// Whether the processor has what libsodium needs for this cipher.
  static let worksInPlace = Sodium.isReady && crypto_aead_aes256gcm_is_available() == 1

  /// Seals a message where it lies; its tag goes behind it.
  ///
  /// - Precondition: `worksInPlace`; neither is empty, the nonce has 12 bytes, the tag 16, the key
  ///   32.
  static func sealInPlace(
    _ message: UnsafeMutableRawBufferPointer, tag: UnsafeMutableRawBufferPointer,
    key: SymmetricKey, nonce: [UInt8], aad: [UInt8]
  ) {
    let result = withPointers(message, tag, key, nonce) { text, tag, key in
      crypto_aead_aes256gcm_encrypt_detached(
        text, tag, nil, text, UInt64(message.count), aad, UInt64(aad.count), nil, nonce, key)
    }
    precondition(result == 0, "libsodium refused lengths that were checked")
  }

  /// Opens a message where it lies; false, and nothing of the plaintext, when it does not open.
  ///
  /// - Precondition: as `sealInPlace`.
  static func openInPlace(
    _ message: UnsafeMutableRawBufferPointer, tag: UnsafeMutableRawBufferPointer,
    key: SymmetricKey, nonce: [UInt8], aad: [UInt8]
  ) -> Bool {
    withPointers(message, tag, key, nonce) { text, tag, key in
      crypto_aead_aes256gcm_decrypt_detached(
        text, nil, text, UInt64(message.count), tag, aad, UInt64(aad.count), nonce, key)
    } == 0
  }

  private static func withPointers(
    _ message: UnsafeMutableRawBufferPointer, _ tag: UnsafeMutableRawBufferPointer,
    _ key: SymmetricKey, _ nonce: [UInt8],
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) -> CInt
  ) -> CInt {
    precondition(worksInPlace && tag.count == tagBytes && nonce.count == nonceBytes)
    precondition(key.bitCount == 256, "AES-256 has keys of 32 bytes")
    return key.withUnsafeBytes { key in
      guard let text = message.assumingMemoryBound(to: UInt8.self).baseAddress,
        let tag = tag.assumingMemoryBound(to: UInt8.self).baseAddress,
        let key = key.assumingMemoryBound(to: UInt8.self).baseAddress
      else { preconditionFailure("a message that is sealed where it lies is not empty") }
      return body(text, tag, key)
    }
  }
}
