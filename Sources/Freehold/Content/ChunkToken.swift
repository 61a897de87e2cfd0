import VaultCrypto
import VaultEncoding

/// What the local index knows a chunk by: a keyed hash, so that the database of a stolen, locked
/// device confirms no guess about a file.
struct ChunkToken: Hashable, Sendable {
  /// The first 16 bytes of HMAC-SHA256 over the plaintext's hash.
  let bytes: [UInt8]

  init(hash: Bytes32, key: SecretBytes) {
    bytes = Array(Hash.hmac(hash.bytes, key: key).bytes.prefix(16))
  }
}

/// Where a chunk that the vault already has lies, and how it is kept.
struct KnownChunk: Hashable, Sendable {
  /// The range in a pack.
  var location: ChunkLocation
  /// How it was compressed.
  var method: UInt8
  /// The epoch whose dedup secret its key derives from.
  var epoch: UInt64
}
