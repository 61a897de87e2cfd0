import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

/// What turns plain content into packs under the scope's current key.
struct IntakeTools {
  /// Gathers chunks into packs.
  let intake: ContentIntake
  /// Hashes and seals batches of chunks.
  let sealer: ChunkSealer
  /// Cuts content by the scope's key.
  let chunker: Chunker
}

extension Vault {
  /// The tools for one push of content; throws `refused` when this device may not write.
  ///
  /// With an epoch, nothing is found again that lies under the keys of other epochs.
  func makeIntake(knowing only: UInt64? = nil) throws -> IntakeTools {
    guard let key = keyring.writingKey(scope), let cutting = keyring.cuttingKey(scope) else {
      throw FreeholdError(.refused, "this device has no key to write with")
    }
    let intake = ContentIntake(epoch: key.number, seed: SecretBytes(generator.nextBytes(32)))
    let database = self.database
    let sealer = ChunkSealer(epoch: key, tokenKey: tokenKey) { tokens in
      try database.read { try $0.knownChunks(tokens) }.map { chunk in
        only.map { chunk?.epoch == $0 } ?? true ? chunk : nil
      }
    }
    return IntakeTools(
      intake: intake, sealer: sealer, chunker: Chunker(key: cutting.chunker.exposedCopy()))
  }

  /// Takes in content that is in memory; its packs are durable when this returns.
  func takeIn(_ bytes: [UInt8]) throws -> Manifest {
    guard bytes.count > Manifest.inlineBytesMax else { return .inline(bytes) }
    // Packs get their places among the nodes, which may have come with the last merge.
    try mirrorNodes()
    let tools = try makeIntake()
    let manifest = try tools.manifest(of: bytes, store: store)
    guard case .extents(let extents) = manifest.body,
      extents.count > Manifest.directExtentsMax
    else { return manifest }
    // The list of extents is long, so it goes into packs itself.
    let list = try tools.manifest(of: Manifest.encode(extents), store: store)
    guard case .extents(let listExtents) = list.body else { return manifest }
    return Manifest(
      sizeBytes: manifest.sizeBytes,
      body: .indirect(extents: listExtents, contentTag: manifest.contentTag))
  }
}

extension IntakeTools {
  /// Cuts, seals and packs the content of one file.
  ///
  /// `store` must make a pack and its chunks' places durable before it returns.
  func manifest(
    of bytes: [UInt8], store: (ContentIntake.Packed) throws -> Void
  ) throws -> Manifest {
    let file = intake.begin()
    var chunker = self.chunker
    for range in chunker.chunk(bytes) {
      intake.add(Array(bytes[range]), to: file)
      try advance(store: store)
    }
    intake.end(file)
    try finish(store: store)
    guard let finished = intake.takeFinished().first(where: { $0.file == file }) else {
      throw FreeholdError(.failed, "a file's content was not taken in whole")
    }
    return finished.manifest
  }

  /// Seals what is enough for a batch, and stores the packs that are full.
  func advance(store: (ContentIntake.Packed) throws -> Void) throws {
    try sealBatches(isLast: false)
    try storePacks(store)
  }

  /// Seals and stores the rest.
  func finish(store: (ContentIntake.Packed) throws -> Void) throws {
    try sealBatches(isLast: true)
    try intake.close()
    try storePacks(store)
  }

  private func sealBatches(isLast: Bool) throws {
    while let (batch, seed) = intake.takeBatch(isLast: isLast) {
      try intake.accept(sealer.seal(batch, seed: seed))
    }
  }

  private func storePacks(_ store: (ContentIntake.Packed) throws -> Void) throws {
    for packed in intake.takePacked() {
      try store(packed)
      intake.settle(packed)
    }
  }
}
