import Synchronization
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
  let tokenKey: HMACKey
  /// Looks chunks up in the local index, in the order asked; must be callable from any task.
  let known: @Sendable ([ChunkToken]) throws -> [KnownChunk?]
  private let compressors = CompressorPool()

  init(
    epoch: EpochKey, tokenKey: SecretBytes,
    known: @escaping @Sendable ([ChunkToken]) throws -> [KnownChunk?]
  ) {
    self.epoch = epoch
    self.tokenKey = HMACKey(tokenKey)
    self.known = known
  }

  /// Hashes and seals a batch.
  ///
  /// `seed` makes the nonces: 256 bits drawn for this batch alone.
  func seal(_ batch: [Plain], seed: SecretBytes) throws -> [Outcome] {
    let hashes = batch.map { Hash.sha256($0.bytes) }
    let tokens = hashes.map { ChunkToken.of(plaintextHash: $0, key: tokenKey) }
    let known = try known(tokens)
    var nonces = KeyedGenerator(seed: seed)
    return try compressors.lend { compressor in
      try batch.indices.map { index in
        let body: Outcome.Body
        if let chunk = known[index] {
          body = .known(chunk)
        } else {
          let packed = compressor.compress(batch[index].bytes)
          let key = ChunkSeal.key(forPlaintextHash: hashes[index], epoch)
          let sealed = try ChunkSeal.seal(packed.bytes, key: key, using: &nonces)
          body = .sealed(bytes: sealed, method: packed.method.rawValue)
        }
        return Outcome(
          file: batch[index].file, extent: batch[index].extent, hash: hashes[index],
          token: tokens[index], plainBytes: batch[index].bytes.count, body: body)
      }
    }
  }
}

/// Compressors that are free: each is lent to one task at a time, because making one costs more
/// than a small batch.
private final class CompressorPool: Sendable {
  // SAFETY: a compressor is in the list or with the one task that took it out, never both.
  private struct Free: @unchecked Sendable {
    var compressors: [Compressor] = []
  }

  private let free = Mutex(Free())

  func lend<Result>(_ body: (Compressor) throws -> Result) throws -> Result {
    let compressor = try free.withLock { $0.compressors.popLast() } ?? Compressor()
    defer { free.withLock { $0.compressors.append(compressor) } }
    return try body(compressor)
  }
}
