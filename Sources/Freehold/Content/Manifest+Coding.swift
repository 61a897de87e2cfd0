import VaultEncoding

/// Why a manifest was refused; it came from a member, so every field is suspect.
enum ManifestError: Error, Equatable, Sendable {
  /// The bytes end early, or a number is out of its bounds.
  case malformed(String)
}

extension Manifest {
  private static let version: UInt8 = 1

  /// The manifest as it is kept in the tree (docs/spec/manifest.md).
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 128)
    writer.writeUInt8(Self.version)
    writer.writeCount(sizeBytes)
    switch body {
    case .inline(let method, let bytes):
      writer.writeUInt8(0)
      writer.writeUInt8(method)
      writer.writeLengthPrefixed(bytes)
    case .extents(let extents):
      writer.writeUInt8(1)
      Self.write(extents, to: &writer)
    case .indirect(let extents, let tag):
      writer.writeUInt8(2)
      writer.writeBytes32(tag)
      Self.write(extents, to: &writer)
    }
    return writer.bytes
  }

  /// Decodes a manifest.
  init(decoding bytes: [UInt8]) throws(ManifestError) {
    do {
      var reader = ByteReader(bytes)
      guard try reader.readUInt8() == Self.version else { throw ManifestError.malformed("version") }
      let size = try reader.readCount(max: Self.sizeBytesMax)
      switch try reader.readUInt8() {
      case 0:
        let method = try reader.readUInt8()
        body = .inline(
          method: method, bytes: try reader.readLengthPrefixed(max: 2 * Self.inlineBytesMax))
      case 1: body = .extents(try Self.readExtents(&reader))
      case 2:
        let tag = try reader.readBytes32()
        body = .indirect(extents: try Self.readExtents(&reader), contentTag: tag)
      default: throw ManifestError.malformed("kind")
      }
      try reader.requireEnd()
      sizeBytes = size
    } catch let error as ManifestError {
      throw error
    } catch {
      throw .malformed("\(error)")
    }
    guard coversItsSize else { throw .malformed("extents do not add up to the size") }
  }

  /// The size that a manifest names, without decoding the rest; nil for what is none.
  static func size(decoding bytes: [UInt8]) -> Int? {
    var reader = ByteReader(bytes)
    guard (try? reader.readUInt8()) == version else { return nil }
    return try? reader.readCount(max: sizeBytesMax)
  }

  private var coversItsSize: Bool {
    guard case .extents(let extents) = body else { return true }
    var sum = 0
    for extent in extents {
      let (next, overflow) = sum.addingReportingOverflow(extent.plainBytes)
      guard !overflow else { return false }
      sum = next
    }
    return sum == sizeBytes
  }

  /// A list of extents as it is kept in a manifest or, when long, in packs.
  static func encode(_ extents: [Extent]) -> [UInt8] {
    var writer = ByteWriter(capacity: extents.count * 48)
    write(extents, to: &writer)
    return writer.bytes
  }

  /// Decodes a list of extents that lay in packs.
  static func decodeExtents(_ bytes: [UInt8]) throws(ManifestError) -> [Extent] {
    do {
      var reader = ByteReader(bytes)
      let extents = try readExtents(&reader)
      try reader.requireEnd()
      return extents
    } catch {
      throw .malformed("\(error)")
    }
  }

  private static func write(_ extents: [Extent], to writer: inout ByteWriter) {
    var packs: [Bytes32] = []
    var indexes: [Bytes32: Int] = [:]
    for pack in extents.compactMap(\.pack) where indexes[pack] == nil {
      indexes[pack] = packs.count
      packs.append(pack)
    }
    writer.writeCount(packs.count)
    for pack in packs { writer.writeBytes32(pack) }
    writer.writeCount(extents.count)
    for extent in extents {
      switch extent {
      case .hole(let length):
        writer.writeUInt8(0)
        writer.writeCount(length)
      case .data(let chunk):
        write(chunk, packIndex: indexes[chunk.location.pack] ?? 0, to: &writer)
      }
    }
  }

  private static func write(
    _ chunk: ChunkReference, packIndex: Int, to writer: inout ByteWriter
  ) {
    switch chunk.key {
    case .epoch(let number):
      writer.writeUInt8(1)
      writer.writeVarint(number)
    case .explicit(let key):
      writer.writeUInt8(2)
      writer.writeBytes32(key)
    }
    writer.writeBytes32(chunk.hash)
    writer.writeCount(chunk.plainBytes)
    writer.writeUInt8(chunk.method)
    writer.writeCount(packIndex)
    writer.writeCount(chunk.location.offset)
    writer.writeCount(chunk.location.length)
  }

  private static func readExtents(_ reader: inout ByteReader) throws -> [Extent] {
    let packCount = try reader.readCount(max: reader.remaining / 32)
    var packs: [Bytes32] = []
    packs.reserveCapacity(packCount)
    for _ in 0..<packCount { packs.append(try reader.readBytes32()) }
    let count = try reader.readCount(max: min(extentsMax, reader.remaining))
    var extents: [Extent] = []
    extents.reserveCapacity(count)
    for _ in 0..<count {
      let kind = try reader.readUInt8()
      switch kind {
      case 0: extents.append(.hole(try reader.readCount(max: sizeBytesMax)))
      case 1, 2:
        let key: ChunkReference.Key =
          kind == 1 ? .epoch(try reader.readVarint()) : .explicit(try reader.readBytes32())
        extents.append(.data(try readChunk(&reader, key: key, packs: packs)))
      default: throw ManifestError.malformed("extent")
      }
    }
    return extents
  }

  private static func readChunk(
    _ reader: inout ByteReader, key: ChunkReference.Key, packs: [Bytes32]
  ) throws -> ChunkReference {
    let hash = try reader.readBytes32()
    let plainBytes = try reader.readCount(max: ContentLimits.chunkPlainBytesMax)
    let method = try reader.readUInt8()
    let index = try reader.readCount(max: Int.max)
    guard index < packs.count else { throw ManifestError.malformed("pack") }
    let offset = try reader.readCount(max: ContentLimits.packBytesMax)
    let length = try reader.readCount(max: ContentLimits.packBytesMax)
    guard offset + length <= ContentLimits.packBytesMax else {
      throw ManifestError.malformed("range")
    }
    return ChunkReference(
      hash: hash, plainBytes: plainBytes, method: method, key: key,
      location: ChunkLocation(pack: packs[index], offset: offset, length: length))
  }
}
