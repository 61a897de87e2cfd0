import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

/// Turns plain chunks into sealed ones; the part of a push that takes the time, so it runs on
/// every core: a value that child tasks share.
struct ChunkSealer: Sendable {
  /// A chunk on its way in: which extent of which file it is.
  struct Plain: Sendable {
    var file: Int
    var extent: Int
    var bytes: [UInt8]
  }

  /// A chunk that was hashed, and sealed unless the vault has it.
  struct Outcome: Sendable {
    enum Body: Sendable {
      case known(KnownChunk)
      case sealed(bytes: [UInt8], method: UInt8)
    }
    var file: Int
    var extent: Int
    var hash: Bytes32
    var token: ChunkToken
    var plainBytes: Int
    var body: Body
  }

  /// The epoch that new chunks are sealed in.
  let epoch: EpochKey
  /// The device's own key for tokens of the local index.
  let tokenKey: SecretBytes
  /// Looks a chunk up in the local index; must be callable from any task.
  let known: @Sendable (ChunkToken) throws -> KnownChunk?

  /// Hashes and seals a batch.
  ///
  /// `seed` makes the nonces: 256 bits drawn for this batch alone.
  func seal(_ batch: [Plain], seed: SecretBytes) throws -> [Outcome] {
    var nonces = KeyedGenerator(seed: seed)
    let compressor = try Compressor()
    return try batch.map { plain in
      let hash = Hash.sha256(plain.bytes)
      let token = ChunkToken.of(plaintextHash: hash, key: tokenKey)
      let body: Outcome.Body
      if let chunk = try known(token) {
        body = .known(chunk)
      } else {
        let packed = compressor.compress(plain.bytes)
        let key = ChunkSeal.key(forPlaintextHash: hash, epoch)
        let sealed = try ChunkSeal.seal(packed.bytes, key: key, using: &nonces)
        body = .sealed(bytes: sealed, method: packed.method.rawValue)
      }
      return Outcome(
        file: plain.file, extent: plain.extent, hash: hash, token: token,
        plainBytes: plain.bytes.count, body: body)
    }
  }
}
