/// Lays sealed chunks back to back into one pack, docs/spec/packs.md section 3.
///
/// A pack has no header and no index: where a chunk lies is written in the manifest that names it,
/// and nothing in the pack's bytes says where one chunk ends and the next begins.
public struct PackBuilder: Sendable {
  /// The length of the pack once it is full.
  public let capacityBytes: Int
  private var bytes: [UInt8] = []
  /// Whether a chunk was refused: then the pack is padded to its whole capacity.
  public private(set) var isFull = false

  /// An empty pack; the memory for all of it is taken with the first chunk.
  ///
  /// - Precondition: the capacity is between the smallest pack and the longest one.
  public init(capacityBytes: Int = PackFormat.capacityBytes) {
    precondition(
      (PackFormat.partialBytesMin...PackFormat.packBytesMax).contains(capacityBytes))
    self.capacityBytes = capacityBytes
  }

  /// The bytes of chunks in the pack so far.
  public var usedBytes: Int { bytes.count }
  /// The bytes that are left for chunks.
  public var freeBytes: Int { capacityBytes - bytes.count }
  /// Whether the pack holds no chunk.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Appends a chunk and returns where it starts, or nil when it does not fit; then the pack
  /// counts as full, but shorter chunks may still follow.
  ///
  /// - Precondition: the chunk is not empty and would fit into an empty pack.
  public mutating func append(_ sealedChunk: [UInt8]) -> Int? {
    precondition(!sealedChunk.isEmpty && sealedChunk.count <= capacityBytes)
    guard sealedChunk.count <= freeBytes else {
      isFull = true
      return nil
    }
    if bytes.isEmpty { bytes.reserveCapacity(capacityBytes) }
    let offset = bytes.count
    bytes.append(contentsOf: sealedChunk)
    return offset
  }

  /// Marks the pack as full, so that it is padded to its whole capacity.
  public mutating func close() {
    isFull = true
  }

  /// The bytes of the pack: padded to the capacity when it is full, to a size class otherwise.
  ///
  /// Throws when the system's cipher fails, which is not expected to happen.
  public consuming func finish(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> [UInt8] {
    let wanted =
      isFull ? capacityBytes : min(capacityBytes, PackFormat.partialBytes(holding: usedBytes))
    var pack = bytes
    bytes = []
    pack.append(contentsOf: try PackPadding.bytes(wanted - pack.count, using: &generator))
    return pack
  }
}
