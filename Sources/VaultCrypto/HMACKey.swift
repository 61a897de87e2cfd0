internal import Crypto
public import VaultEncoding

/// HMAC-SHA256 under one key for many messages.
///
/// What depends upon the key alone, two of the four blocks that a short message costs, is hashed
/// once; and the way through swift-crypto's generic interface, which costs more than the hashing,
/// is not taken.
public struct HMACKey: Sendable, Concealed {
  private static let blockBytes = 64

  private let inner: SHA256
  private let outer: SHA256

  /// Takes a key of any length.
  public init(_ key: SecretBytes) {
    self = key.withBytes { HMACKey($0) }
  }

  private init(_ key: UnsafeRawBufferPointer) {
    (inner, outer) = withUnsafeTemporaryAllocation(
      byteCount: Self.blockBytes, alignment: 16
    ) { block in
      block.initializeMemory(as: UInt8.self, repeating: 0)
      defer { block.initializeMemory(as: UInt8.self, repeating: 0) }
      if key.count <= Self.blockBytes {
        block.copyMemory(from: key)
      } else {
        Hash.sha256(key).withRawBytes { block.copyMemory(from: $0) }
      }
      return (Self.start(block, mask: 0x36), Self.start(block, mask: 0x36 ^ 0x5c))
    }
  }

  /// SHA-256 that has taken the key in; the block is left masked, so that the second mask is the
  /// two together.
  private static func start(_ block: UnsafeMutableRawBufferPointer, mask: UInt8) -> SHA256 {
    for index in block.indices { block[index] ^= mask }
    var state = SHA256()
    state.update(bufferPointer: UnsafeRawBufferPointer(block))
    return state
  }

  /// The code of a message.
  public func code(of message: Bytes32) -> Bytes32 {
    message.withRawBytes { code(of: $0) }
  }

  /// The code of a message in borrowed memory.
  public func code(of message: UnsafeRawBufferPointer) -> Bytes32 {
    var state = inner
    state.update(bufferPointer: message)
    let digest = state.finalize()
    var last = outer
    digest.withUnsafeBytes { last.update(bufferPointer: $0) }
    return Bytes32(last.finalize())
  }

  /// HKDF-SHA256 with this key as the salt: 32 bytes from a secret and an info.
  public func hkdf32(secret: Bytes32, info: [UInt8]) -> SecretBytes {
    let pseudorandomKey = code(of: secret)
    let expanded = pseudorandomKey.withRawBytes { HMACKey($0) }
    let block = info + [1]
    return block.withUnsafeBytes { block in
      expanded.code(of: block).withRawBytes { SecretBytes($0) }
    }
  }
}

extension Bytes32 {
  /// Lends the bytes, on the stack.
  fileprivate func withRawBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let (a, b, c, d) = words
    return withUnsafeBytes(of: (a.bigEndian, b.bigEndian, c.bigEndian, d.bigEndian)) { body($0) }
  }
}
