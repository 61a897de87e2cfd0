import VaultCrypto
import VaultEncoding

/// What a file's content is: where its pieces lie, their hashes and their keys.
///
/// A manifest is the value that the tree keeps for a file. It travels only inside sealed entries,
/// so it holds the chunk keys themselves or names the epoch that they derive from
/// (docs/spec/manifest.md). Example: a file of 3 bytes is `inline`; one of 3 MiB has three `.data`
/// extents; a sparse file has `.hole`s between them.
struct Manifest: Hashable, Sendable {
  /// A piece of a file, in file order.
  enum Extent: Hashable, Sendable {
    /// Bytes that lie sealed in a pack.
    case data(ChunkReference)
    /// A run of zeros that takes no space, of so many bytes.
    case hole(Int)
  }

  /// How the content is kept.
  enum Body: Hashable, Sendable {
    /// In the manifest itself, compressed by `method`.
    case inline(method: UInt8, bytes: [UInt8])
    /// In packs.
    case extents([Extent])
    /// In packs, and the list of extents is so long that it lies in packs itself.
    case indirect(extents: [Extent], contentTag: Bytes32)
  }

  /// The file's length in bytes.
  let sizeBytes: Int
  /// How the content is kept.
  let body: Body
}

/// One sealed chunk: what it must open to, and where it lies.
struct ChunkReference: Hashable, Sendable {
  /// Where the key comes from.
  enum Key: Hashable, Sendable {
    /// Derived from the plaintext's hash and the dedup secret of this epoch of the scope.
    case epoch(UInt64)
    /// Given as it is: the chunk was sealed in another scope.
    case explicit(Bytes32)
  }
  /// SHA-256 of the plaintext.
  var hash: Bytes32
  /// The plaintext's length in bytes.
  var plainBytes: Int
  /// How it was compressed (`Compression`).
  var method: UInt8
  /// The key.
  var key: Key
  /// Where the sealed bytes lie.
  var location: ChunkLocation
}

/// A range of a pack.
struct ChunkLocation: Hashable, Sendable {
  /// The pack.
  var pack: Bytes32
  /// Where the sealed chunk begins in it.
  var offset: Int
  /// How long the sealed chunk is.
  var length: Int
  /// The range in the pack.
  var range: Range<Int> { offset..<(offset + length) }
}

extension Manifest {
  /// Files up to this length ride in the manifest: a chunk reference would cost as much.
  static let inlineBytesMax = 512
  /// More extents than this, and their list goes into packs itself.
  static let directExtentsMax = 64
  /// The most extents that one list may have: 16 TiB at the average chunk length.
  static let extentsMax = 1 << 24
  /// The longest file.
  static let sizeBytesMax = 1 << 50

  /// What tells whether two manifests are the same content, wherever it lies.
  var contentTag: Bytes32 {
    switch body {
    case .inline(let method, let bytes):
      var writer = ByteWriter(capacity: bytes.count + 16)
      writer.writeUInt8(0)
      writer.writeUInt8(method)
      writer.writeBytes(bytes)
      return Hash.sha256(writer.bytes)
    case .extents(let extents): return Self.contentTag(of: extents)
    case .indirect(_, let tag): return tag
    }
  }

  /// The tag of content that has these extents.
  static func contentTag(of extents: [Extent]) -> Bytes32 {
    var writer = ByteWriter(capacity: extents.count * 40)
    writer.writeUInt8(1)
    for extent in extents {
      switch extent {
      case .data(let chunk):
        writer.writeBytes32(chunk.hash)
        writer.writeCount(chunk.plainBytes)
      case .hole(let length):
        writer.writeBytes32(.zero)
        writer.writeCount(length)
      }
    }
    return Hash.sha256(writer.bytes)
  }

  /// A small file's manifest, with the content in it.
  static func inline(_ bytes: [UInt8]) -> Manifest {
    Manifest(sizeBytes: bytes.count, body: .inline(method: 0, bytes: bytes))
  }

  /// The packs that the manifest names.
  var packs: Set<Bytes32> {
    switch body {
    case .inline: []
    case .extents(let extents), .indirect(let extents, _): Set(extents.compactMap(\.pack))
    }
  }
}

extension Manifest.Extent {
  /// The pack that the extent lies in, or nil for a hole.
  var pack: Bytes32? {
    if case .data(let chunk) = self { chunk.location.pack } else { nil }
  }

  /// How many bytes of the file it covers.
  var plainBytes: Int {
    switch self {
    case .data(let chunk): chunk.plainBytes
    case .hole(let length): length
    }
  }
}
