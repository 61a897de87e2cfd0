internal import Crypto
internal import FoundationEssentials
public import VaultEncoding

/// SHA-256 and HMAC-SHA256, the only hash functions of the formats.
public enum Hash {
  /// SHA-256 of bytes.
  public static func sha256(_ bytes: [UInt8]) -> Bytes32 {
    Bytes32(SHA256.hash(data: bytes))
  }

  /// SHA-256 of a slice.
  public static func sha256(_ bytes: ArraySlice<UInt8>) -> Bytes32 {
    bytes.withUnsafeBytes { sha256($0) }
  }

  /// SHA-256 of borrowed memory.
  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> Bytes32 {
    var state = SHA256()
    state.update(bufferPointer: bytes)
    return Bytes32(state.finalize())
  }

  /// SHA-256(label ‖ 0x00 ‖ parts), the form of every labelled hash of the formats.
  ///
  /// The parts are joined without lengths: only the last may vary in length.
  public static func labelled(_ label: String, _ parts: [UInt8]...) -> Bytes32 {
    var hasher = Hasher256()
    hasher.update(Array(label.utf8))
    hasher.update([0])
    for part in parts { hasher.update(part) }
    return hasher.digest()
  }

  /// HMAC-SHA256 of a message under a key of any length.
  public static func hmac(_ message: [UInt8], key: SecretBytes) -> Bytes32 {
    let key = HMACKey(key)
    return message.withUnsafeBytes { key.code(of: $0) }
  }

  /// Whether `code` is the HMAC-SHA256 of the message; compared in constant time.
  public static func isHMAC(_ code: [UInt8], of message: [UInt8], key: SecretBytes) -> Bool {
    ConstantTime.equal(hmac(message, key: key).bytes, code)
  }
}

extension Bytes32 {
  init(_ digest: SHA256.Digest) {
    self = digest.withUnsafeBytes { Bytes32(exactly: $0) }
  }

  init(exactly bytes: UnsafeRawBufferPointer) {
    guard let value = Bytes32(bytes) else {
      preconditionFailure("a SHA-256 value has 32 bytes")
    }
    self = value
  }
}
