internal import Crypto
internal import FoundationEssentials

/// The one call in each direction to AES-256-GCM; nonce ‖ ciphertext ‖ tag in one buffer.
enum AES256GCM {
  static let nonceBytes = 12
  static let tagBytes = 16

  static func seal(
    _ plaintext: [UInt8], key: SymmetricKey, nonce: [UInt8], aad: [UInt8]
  ) throws(CryptoError) -> Data {
    do {
      let box = try AES.GCM.seal(
        plaintext, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: aad)
      guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
      return combined
    } catch {
      throw CryptoError(.keyRefused, "AES-256-GCM refused a key or a nonce")
    }
  }

  /// Opens `nonce ‖ ciphertext ‖ tag` where it lies.
  static func open(
    _ combined: UnsafeRawBufferPointer, key: SymmetricKey, aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try open(box(combined), key: key, aad: aad)
  }

  /// Takes `nonce ‖ ciphertext ‖ tag` for opening.
  ///
  /// The box is a copy, the only one that is made: the memory may go once this has returned.
  static func box(_ combined: UnsafeRawBufferPointer) throws(CryptoError) -> AES.GCM.SealedBox {
    do {
      return try AES.GCM.SealedBox(combined: combined)
    } catch {
      throw CryptoError(.cannotOpen, "a sealed message is too short")
    }
  }

  /// Opens a box.
  static func open(
    _ box: consuming AES.GCM.SealedBox, key: SymmetricKey, aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    do {
      return [UInt8](try AES.GCM.open(box, using: key, authenticating: aad))
    } catch {
      throw CryptoError(.cannotOpen, "a sealed message does not open with this key")
    }
  }
}
