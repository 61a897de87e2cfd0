import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

/// From manifests back to bytes: fetches sealed chunks, opens, decompresses and checks them.
///
/// Whole packs are kept for a moment (a few, by use), because neighbours in a folder mostly lie in
/// one pack; a single small file costs one range read.
final class ContentReader {
  /// How much of a pack is worth fetching whole when so many bytes of it are wanted.
  private static let wholePackShare = 0.3
  private static let packsKept = 3

  private let fetcher: PackFetcher
  private let keyring: Keyring
  private let scope: ScopeID
  private let record: (Bytes32) -> PackRecord?
  private let decompressor: Decompressor
  private var wanted: [Bytes32: Int] = [:]
  private var kept: [(pack: Bytes32, bytes: [UInt8])] = []
  /// What went wrong on the way.
  private(set) var trouble = PackFetcher.Trouble()

  init(
    fetcher: PackFetcher, keyring: Keyring, scope: ScopeID,
    record: @escaping (Bytes32) -> PackRecord?
  ) throws {
    self.fetcher = fetcher
    self.keyring = keyring
    self.scope = scope
    self.record = record
    decompressor = try Decompressor()
  }

  /// Tells beforehand what will be read, so that packs of which much is wanted are fetched whole.
  func expect(_ manifest: Manifest) {
    switch manifest.body {
    case .inline: break
    case .extents(let extents), .indirect(let extents, _):
      for case .data(let chunk) in extents {
        wanted[chunk.location.pack, default: 0] += chunk.location.length
      }
    }
  }

  /// Hands over a file's content piece by piece: bytes, or nil bytes for a hole of some length.
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
      let inner = try await self.extents(of: manifest)
      for case .data(let chunk) in inner {
        wanted[chunk.location.pack, default: 0] += chunk.location.length
      }
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
    let pack = chunk.location.pack
    guard let record = record(pack) else {
      throw FreeholdError(.tampered, "no device has said where pack \(pack.hex.prefix(12)) lies")
    }
    if let index = kept.firstIndex(where: { $0.pack == pack }) {
      return try plaintext(of: chunk, in: kept[index].bytes)
    }
    let share = Double(wanted[pack] ?? 0) / Double(max(1, record.packBytes))
    if share >= Self.wholePackShare {
      let bytes = try await fetcher.read(
        0..<record.packBytes, of: pack, record: record, into: &trouble
      ) { PackFormat.identifier(of: $0) == pack }
      keep(pack, bytes)
      return try plaintext(of: chunk, in: bytes)
    }
    var plain: [UInt8]?
    _ = try await fetcher.read(
      chunk.location.range, of: pack, record: record, into: &trouble
    ) { sealed in
      plain = open(chunk, sealed)
      return plain != nil
    }
    guard let plain else { throw Self.broken }
    return plain
  }

  private static let broken = FreeholdError(
    .tampered, "a chunk does not open to what its manifest names")

  private func keep(_ pack: Bytes32, _ bytes: [UInt8]) {
    kept.append((pack, bytes))
    if kept.count > Self.packsKept { kept.removeFirst() }
  }

  private func plaintext(of chunk: ChunkReference, in pack: [UInt8]) throws -> [UInt8] {
    guard chunk.location.range.upperBound <= pack.count,
      let plain = open(chunk, Array(pack[chunk.location.range]))
    else { throw Self.broken }
    return plain
  }

  private func open(_ chunk: ChunkReference, _ sealed: [UInt8]) -> [UInt8]? {
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
