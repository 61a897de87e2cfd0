// Derive-seal: a fresh key for each message, and a commitment to it.
//
//   salt  = 32 random bytes
//   okm   = HKDF-SHA256(key, salt, info = label ‖ 0x00 ‖ SHA-256(aad), 64)
//   out   = salt ‖ okm[32..<64] ‖ AES-256-GCM(okm[0..<32], nonce 0, aad, plaintext)
//
// AES-GCM alone does not commit to its key: one ciphertext can be made that opens to two messages
// under two keys. Here the second half of the derived bytes travels along, so a sealed message
// opens under one key, label and aad only. Each key seals one message, so the zero nonce is used
// once. Docs: docs/spec/sealing.md, «Derive-seal»; vectors: Fixtures/derive-seal.

internal import Crypto
internal import FoundationEssentials
internal import VaultEncoding

/// Sealing of everything but chunks: key-committing AES-256-GCM with a fresh key per message.
public enum DeriveSeal {
  /// The length of the random salt.
  public static let saltBytes = 32
  /// The length of the commitment to key, label and context.
  public static let commitmentBytes = 32
  /// How many bytes a sealed message is longer than its plaintext.
  public static let overheadBytes = saltBytes + commitmentBytes + AES256GCM.tagBytes

  /// Seals bytes under a key of any length for a purpose (`label`) and a context (`aad`).
  ///
  /// The label must not contain a zero byte. O(plaintext); a long message that is handed over
  /// (`consume`), with room for `overheadBytes` more, is sealed where it lies.
  public static func seal(
    _ plaintext: consuming [UInt8], key: SecretBytes, label: String, aad: [UInt8],
    using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> [UInt8] {
    let isInPlace = AES256GCM.worksInPlace && plaintext.count >= AES256GCM.inPlaceBytesMin
    return try seal(
      plaintext, key: key, label: label, aad: aad, inPlace: isInPlace, using: &generator)
  }

  static func seal(
    _ plaintext: consuming [UInt8], key: SecretBytes, label: String, aad: [UInt8],
    inPlace: Bool, using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> [UInt8] {
    let salt = generator.nextBytes(saltBytes)
    let derived = derive(key: key, salt: salt, label: label, aad: aad)
    let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)
    let length = plaintext.count + overheadBytes
    if inPlace {
      var out = plaintext
      if out.capacity < length { out.reserveCapacity(length) }
      out.insert(contentsOf: salt + derived.commitment.exposedCopy(), at: 0)
      out.append(contentsOf: repeatElement(0, count: AES256GCM.tagBytes))
      out.withUnsafeMutableBytes { bytes in
        let start = saltBytes + commitmentBytes
        let end = bytes.count - AES256GCM.tagBytes
        AES256GCM.sealInPlace(
          UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]),
          tag: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]), key: derived.key,
          nonce: nonce, aad: aad)
      }
      return out
    }
    let box = try AES256GCM.seal(plaintext, key: derived.key, nonce: nonce, aad: aad)
    return [UInt8](unsafeUninitializedCapacity: length) { out, count in
      let out = UnsafeMutableRawBufferPointer(out)
      out.copyBytes(from: salt)
      derived.commitment.withBytes { out.copy($0, at: saltBytes) }
      box.withUnsafeBytes { bytes in
        let body = UnsafeRawBufferPointer(rebasing: bytes[AES256GCM.nonceBytes...])
        out.copy(body, at: saltBytes + commitmentBytes)
      }
      count = length
    }
  }

  /// Opens a sealed message.
  ///
  /// Throws `cannotOpen`, and nothing else, for another key, label or context and for changed or
  /// missing bytes. O(sealed); a long message that is handed over (`consume`) is opened where it
  /// lies.
  public static func open(
    _ sealed: consuming [UInt8], key: SecretBytes, label: String, aad: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    let isInPlace = AES256GCM.worksInPlace && sealed.count >= AES256GCM.inPlaceBytesMin
    return try open(sealed, key: key, label: label, aad: aad, inPlace: isInPlace)
  }

  static func open(
    _ sealed: consuming [UInt8], key: SecretBytes, label: String, aad: [UInt8], inPlace: Bool
  ) throws(CryptoError) -> [UInt8] {
    guard sealed.count >= overheadBytes else {
      throw CryptoError(.cannotOpen, "a sealed message is shorter than \(overheadBytes) bytes")
    }
    let derived = derive(key: key, salt: Array(sealed[..<saltBytes]), label: label, aad: aad)
    let isCommitted = sealed.withUnsafeBytes { bytes in
      let stored = UnsafeRawBufferPointer(
        rebasing: bytes[saltBytes..<(saltBytes + commitmentBytes)])
      return derived.commitment.withBytes { ConstantTime.equal($0, stored) }
    }
    guard isCommitted else {
      throw CryptoError(.cannotOpen, "a sealed message does not open with this key")
    }
    if inPlace {
      let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)
      let opens = sealed.withUnsafeMutableBytes { bytes in
        let start = saltBytes + commitmentBytes
        let end = bytes.count - AES256GCM.tagBytes
        return AES256GCM.openInPlace(
          UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]),
          tag: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]), key: derived.key,
          nonce: nonce,
          aad: aad)
      }
      guard opens else {
        throw CryptoError(.cannotOpen, "a sealed message does not open with this key")
      }
      sealed.removeLast(AES256GCM.tagBytes)
      sealed.removeFirst(saltBytes + commitmentBytes)
      return sealed
    }
    let box = try box(of: sealed)
    return try AES256GCM.open(box, key: derived.key, aad: aad)
  }

  /// Whether the key, label and context are the ones that the message was sealed for, without
  /// opening it; the ciphertext may still be damaged.
  static func isCommitted(
    _ sealed: [UInt8], key: SecretBytes, label: String, aad: [UInt8]
  ) -> Bool {
    guard sealed.count >= overheadBytes else { return false }
    let derived = derive(key: key, salt: Array(sealed[..<saltBytes]), label: label, aad: aad)
    let stored = Array(sealed[saltBytes..<(saltBytes + commitmentBytes)])
    return derived.commitment == SecretBytes(stored)
  }

  private static func derive(
    key: SecretBytes, salt: [UInt8], label: String, aad: [UInt8]
  ) -> (key: SymmetricKey, commitment: SecretBytes) {
    precondition(!label.utf8.contains(0), "a label ends at its zero byte")
    var info = Array(label.utf8)
    info.append(0)
    info += Hash.sha256(aad).bytes
    let okm = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key.symmetricKey, salt: salt, info: info, outputByteCount: 64)
    return okm.withUnsafeBytes { bytes in
      (
        SymmetricKey(data: UnsafeRawBufferPointer(rebasing: bytes[..<32])),
        SecretBytes(UnsafeRawBufferPointer(rebasing: bytes[32...]))
      )
    }
  }

  /// The zero nonce and the ciphertext: the nonce is put where the commitment ends, which was
  /// compared by now, so that what is opened lies in one piece.
  private static func box(
    of sealed: consuming [UInt8]
  ) throws(CryptoError) -> AES.GCM.SealedBox {
    let start = saltBytes + commitmentBytes - AES256GCM.nonceBytes
    for index in start..<(start + AES256GCM.nonceBytes) { sealed[index] = 0 }
    let box = sealed.withUnsafeBytes { bytes in
      Result { () throws(CryptoError) in
        try AES256GCM.box(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      }
    }
    return try box.get()
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies memory to an offset; that it fits is the caller's promise and is checked.
  fileprivate func copy(_ source: UnsafeRawBufferPointer, at offset: Int) {
    UnsafeMutableRawBufferPointer(rebasing: self[offset...]).copyMemory(from: source)
  }
}
