import VaultCrypto
import VaultEncoding
import VaultStore

/// Where a chunk that the vault already has lies, and how it is kept.
struct KnownChunk: Hashable, Sendable {
  /// The range in a pack.
  var location: ChunkLocation
  /// How it was compressed.
  var method: UInt8
  /// The epoch whose dedup secret its key derives from.
  var epoch: UInt64
}

extension ChunkToken {
  /// The token of a plaintext: a keyed hash, so that the database of a stolen, locked device
  /// confirms no guess about a file.
  static func of(plaintextHash hash: Bytes32, key: HMACKey) -> ChunkToken {
    let words = key.code(of: hash).bytes.prefix(byteCount)
    guard let token = ChunkToken(words) else { preconditionFailure("a prefix has 16 bytes") }
    return token
  }
}
