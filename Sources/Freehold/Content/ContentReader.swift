import VaultEncoding
import VaultPacking
import VaultSealing

/// From manifests back to bytes: fetches sealed chunks, opens, decompresses and checks them.
///
/// One reader serves one task; its `source` makes others that read from the same packs.
final class ContentReader {
  /// What readers are made from; child tasks share it.
  struct Source: Sendable {
    fileprivate let shelf: PackShelf
    fileprivate let keyring: Keyring
    fileprivate let scope: ScopeID

    /// A reader for one task.
    func reader() throws -> ContentReader {
      try ContentReader(shelf: shelf, keyring: keyring, scope: scope)
    }
  }

  private let shelf: PackShelf
  let keyring: Keyring
  let scope: ScopeID
  private let decompressor: Decompressor

  init(shelf: PackShelf, keyring: Keyring, scope: ScopeID) throws {
    self.shelf = shelf
    self.keyring = keyring
    self.scope = scope
    decompressor = try Decompressor()
  }

  /// Makes readers for other tasks.
  var source: Source { Source(shelf: shelf, keyring: keyring, scope: scope) }

  /// What went wrong on the way, for all readers of these packs.
  var trouble: PackFetcher.Trouble { shelf.trouble }

  /// Tells beforehand what will be read, so that packs of which much is wanted are fetched in large
  /// parts.
  func expect(_ manifest: Manifest) {
    switch manifest.body {
    case .inline: break
    case .extents(let extents), .indirect(let extents, _): shelf.expect(extents)
    }
  }

  /// Hands over a file's content piece by piece: bytes, or nil bytes for a hole of some length.
  ///
  /// Never inlined: Swift 6.3's optimiser ends with a signal when it splits the caller.
  @inline(never)
  func read(
    _ manifest: Manifest, _ body: (_ bytes: [UInt8]?, _ length: Int) async throws -> Void
  ) async throws {
    switch manifest.body {
    case .inline(let method, let bytes):
      let plain = try decompress(bytes, method: method, plainBytes: manifest.sizeBytes)
      try await body(plain, plain.count)
    case .extents(let extents):
      try await read(extents, body)
    case .indirect:
      let inner = try await extents(of: manifest)
      shelf.expect(inner)
      try await read(inner, body)
    }
  }

  /// The pieces of a file; a list that lies in packs itself is read.
  func extents(of manifest: Manifest) async throws -> [Manifest.Extent] {
    switch manifest.body {
    case .inline: return []
    case .extents(let extents): return extents
    case .indirect(let extents, let tag):
      var list: [UInt8] = []
      try await read(extents) { bytes, _ in list += bytes ?? [] }
      let inner = try Manifest.decodeExtents(list)
      guard Manifest.contentTag(of: inner) == tag else {
        throw FreeholdError(.tampered, "the list of a file's chunks is not the one it names")
      }
      return inner
    }
  }

  private func read(
    _ extents: [Manifest.Extent],
    _ body: (_ bytes: [UInt8]?, _ length: Int) async throws -> Void
  ) async throws {
    for extent in extents {
      switch extent {
      case .hole(let length): try await body(nil, length)
      case .data(let chunk):
        let plain = try await read(chunk)
        try await body(plain, plain.count)
      }
    }
  }

  /// One chunk's plaintext.
  func read(_ chunk: ChunkReference) async throws -> [UInt8] {
    defer { shelf.isDone(with: chunk) }
    if let bytes = try await shelf.bytes(of: chunk) {
      if let plain = open(chunk, bytes) { return plain }
      // Somebody gave a wrong pack: its chunks are asked for one by one, which tells who it was.
      shelf.drop(chunk.location.pack)
    }
    var plain: [UInt8]?
    try await shelf.range(of: chunk) { sealed in
      plain = open(chunk, sealed[...])
      return plain != nil
    }
    guard let plain else {
      throw FreeholdError(.tampered, "a chunk does not open to what its manifest names")
    }
    return plain
  }

  private func open(_ chunk: ChunkReference, _ sealed: ArraySlice<UInt8>) -> [UInt8]? {
    for key in keyring.chunkKey(chunk, in: scope) {
      guard let payload = try? ChunkSeal.open(sealed, key: key),
        let plain = try? decompress(
          payload, method: chunk.method, plainBytes: chunk.plainBytes),
        (try? ChunkSeal.check(plain, hash: chunk.hash)) != nil
      else { continue }
      return plain
    }
    return nil
  }

  private func decompress(
    _ bytes: [UInt8], method: UInt8, plainBytes: Int
  ) throws -> [UInt8] {
    guard let method = CompressionMethod(rawValue: method) else {
      throw FreeholdError(.tampered, "a chunk names a compression that does not exist")
    }
    return try decompressor.decompress(bytes, method: method, plainBytes: plainBytes)
  }
}
