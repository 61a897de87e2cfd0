internal import Crypto
internal import FoundationEssentials

/// The public half of an X-Wing key (ML-KEM-768 and X25519): where to seal to.
public struct KEMPublicKey: Hashable, Sendable {
  /// 1184 bytes of ML-KEM-768 and 32 of X25519.
  public static let byteCount = 1216
  private static let mlkemBytes = 1184

  /// The encoded key.
  public let bytes: [UInt8]

  /// Reads a key; throws `keyRefused` for another length or a coefficient out of range.
  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.byteCount else {
      throw CryptoError(.keyRefused, "an X-Wing key has 1216 bytes, not \(bytes.count)")
    }
    do {
      _ = try MLKEM768.PublicKey(rawRepresentation: bytes.prefix(Self.mlkemBytes))
    } catch {
      throw CryptoError(.keyRefused, "the ML-KEM-768 part of an X-Wing key is not valid")
    }
    self.bytes = bytes
  }

  /// Reads a key that this program found valid before and kept: only its length is checked.
  ///
  /// Never for bytes from elsewhere.
  public init(trusting bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.byteCount else {
      throw CryptoError(.keyRefused, "an X-Wing key has 1216 bytes, not \(bytes.count)")
    }
    self.bytes = bytes
  }

  init(trusted key: XWingMLKEM768X25519.PublicKey) {
    bytes = Array(key.rawRepresentation)
  }

  var key: XWingMLKEM768X25519.PublicKey {
    get throws { try XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes) }
  }
}
