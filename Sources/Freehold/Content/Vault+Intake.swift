import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

/// What turns plain content into packs under the scope's current key.
struct IntakeTools {
  /// Gathers chunks into packs and hands the packs to the store.
  let intake: ContentIntake
  /// Hashes and seals batches of chunks.
  let sealer: ChunkSealer
  /// Cuts content by the scope's key.
  let chunker: Chunker
}

extension Vault {
  /// The tools for one push of content; throws `refused` when this device may not write.
  func makeIntake() throws -> IntakeTools {
    guard let key = keyring.writingKey(scope) else {
      throw FreeholdError(.refused, "this device has no key to write with")
    }
    let intake = ContentIntake(
      epoch: key.number, seed: SecretBytes(generator.nextBytes(32)),
      store: { [self] pack, placed in try store(pack, placed) })
    let database = self.database
    let sealer = ChunkSealer(epoch: key, tokenKey: tokenKey) { token in
      try database.read { try $0.knownChunk(token) }
    }
    return IntakeTools(
      intake: intake, sealer: sealer, chunker: Chunker(key: key.chunker.exposedCopy()))
  }

  /// Takes in content that is in memory; its packs are durable when this returns.
  func takeIn(_ bytes: [UInt8]) throws -> Manifest {
    guard bytes.count > Manifest.inlineBytesMax else { return .inline(bytes) }
    let tools = try makeIntake()
    let manifest = try tools.manifest(of: bytes)
    guard case .extents(let extents) = manifest.body,
      extents.count > Manifest.directExtentsMax
    else { return manifest }
    // The list of extents is long, so it goes into packs itself.
    let list = try tools.manifest(of: Manifest.encode(extents))
    guard case .extents(let listExtents) = list.body else { return manifest }
    return Manifest(
      sizeBytes: manifest.sizeBytes,
      body: .indirect(extents: listExtents, contentTag: manifest.contentTag))
  }
}

extension IntakeTools {
  /// Cuts, seals and packs the content of one file.
  func manifest(of bytes: [UInt8]) throws -> Manifest {
    let file = intake.begin()
    var chunker = self.chunker
    for range in chunker.chunk(bytes) {
      intake.add(Array(bytes[range]), to: file)
      try sealBatches(isLast: false)
    }
    intake.end(file)
    try sealBatches(isLast: true)
    try intake.close()
    guard let finished = intake.takeFinished().first(where: { $0.file == file }) else {
      throw FreeholdError(.failed, "a file's content was not taken in whole")
    }
    return finished.manifest
  }

  private func sealBatches(isLast: Bool) throws {
    while let (batch, seed) = intake.takeBatch(isLast: isLast) {
      try intake.accept(sealer.seal(batch, seed: seed))
    }
  }
}
