internal import Crypto
internal import FoundationEssentials

/// HKDF-SHA256 (RFC 5869), the only key derivation from keys.
///
/// Labels: docs/spec/keys.md.
public enum KeyDerivation {
  /// The most that HKDF-SHA256 can give: 255 blocks of 32 bytes.
  public static let lengthMax = 255 * 32

  /// HKDF-Extract and -Expand: `length` bytes from a secret, a salt and an info.
  public static func hkdf(
    secret: SecretBytes, salt: [UInt8], info: [UInt8], length: Int
  ) -> SecretBytes {
    salt.withUnsafeBytes { hkdf(secret: secret, salt: $0, info: info, length: length) }
  }

  /// The same with a salt that is secret too, and is not copied.
  public static func hkdf(
    secret: SecretBytes, salt: SecretBytes, info: [UInt8], length: Int
  ) -> SecretBytes {
    salt.withBytes { hkdf(secret: secret, salt: $0, info: info, length: length) }
  }

  /// HKDF-Extract: a pseudorandom key of 32 bytes for `expand`.
  public static func extract(secret: SecretBytes, salt: [UInt8]) -> SecretBytes {
    let code = HKDF<SHA256>.extract(inputKeyMaterial: secret.symmetricKey, salt: salt)
    return code.withUnsafeBytes { SecretBytes($0) }
  }

  /// HKDF-Expand(PRK = secret, info = label ‖ 0x00 ‖ context).
  ///
  /// The secret must be uniformly random already: the result of `extract`, or 32 random bytes.
  public static func expand(
    _ secret: SecretBytes, label: String, context: [UInt8] = [], length: Int = 32,
    residence: SecretBytes.Residence = .heap
  ) -> SecretBytes {
    precondition((1...lengthMax).contains(length), "HKDF-SHA256 gives 1 to \(lengthMax) bytes")
    let info = Array(label.utf8) + [0] + context
    let key = HKDF<SHA256>.expand(
      pseudoRandomKey: secret.symmetricKey, info: info, outputByteCount: length)
    return SecretBytes(key, residence: residence)
  }

  private static func hkdf(
    secret: SecretBytes, salt: UnsafeRawBufferPointer, info: [UInt8], length: Int
  ) -> SecretBytes {
    precondition((1...lengthMax).contains(length), "HKDF-SHA256 gives 1 to \(lengthMax) bytes")
    let key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: secret.symmetricKey, salt: salt, info: info, outputByteCount: length)
    return SecretBytes(key)
  }
}

extension SecretBytes {
  convenience init(_ key: SymmetricKey, residence: Residence = .heap) {
    self.init(count: key.bitCount / 8, residence: residence) { buffer in
      key.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }
  }
}
