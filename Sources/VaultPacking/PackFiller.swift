// Filling packs to the brim.
//
// The idea: chunks are up to 4 MiB long, so a pack that is closed when the next chunk does not fit
// wastes half a chunk on average: 3 % of everything stored. The filler keeps a few chunks waiting
// and closes a pack with the one that fits best.
//
// Example with packs of 16 and chunks of 7, 6, 5, 3, in that order:
//     at once:  [7 6 ···] [5 3 ········]
//     waiting:  7 and 6 go in, 5 does not fit and waits, 3 fits: [7 6 3] [5 ···········]
//
// Order is kept where it can be: the oldest chunk goes first as long as it fits, so neighbours
// in a folder mostly lie in one pack and are restored together.
//
// Invariant: waiting chunks never exceed `waitingBytesMax` by more than one chunk.

/// Sorts sealed chunks into full packs; a value without I/O, one for each scope being pushed.
public struct PackFiller<Label: Sendable>: Sendable {
  private var builder: PackBuilder
  private var placed: [(label: Label, range: Range<Int>)] = []
  private var waiting: [(label: Label, bytes: [UInt8])] = []
  private var waitingBytes = 0
  private let capacityBytes: Int
  private let waitingBytesMax: Int

  /// A filler that keeps at most about `waitingBytesMax` bytes of chunks waiting for a gap.
  public init(
    capacityBytes: Int = PackFormat.capacityBytes, waitingBytesMax: Int = 6 << 20
  ) {
    builder = PackBuilder(capacityBytes: capacityBytes)
    self.capacityBytes = capacityBytes
    self.waitingBytesMax = waitingBytesMax
  }

  /// The bytes that are held: in the open pack and waiting.
  public var heldBytes: Int { builder.usedBytes + waitingBytes }

  /// Takes a chunk; returns a pack when one became full.
  ///
  /// - Precondition: the chunk is not empty and fits into an empty pack.
  public mutating func add(
    _ sealedChunk: [UInt8], as label: Label, using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label>? {
    if place(sealedChunk, as: label) {
      return builder.freeBytes < spareBytes ? try close(using: &generator) : nil
    }
    waiting.append((label, sealedChunk))
    waitingBytes += sealedChunk.count
    guard waitingBytes > waitingBytesMax else { return nil }
    plugGaps()
    return try close(using: &generator)
  }

  /// The last packs: a full one when the waiting chunks overflow the open pack, and a partial one.
  public consuming func finish(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> [FilledPack<Label>] {
    var packs: [FilledPack<Label>] = []
    while !waiting.isEmpty {
      plugGaps()
      guard !waiting.isEmpty else { break }
      packs.append(try close(using: &generator))
    }
    if !builder.isEmpty { packs.append(try seal(using: &generator)) }
    return packs
  }

  /// A gap below this is not worth looking for a chunk: a thousandth of the pack.
  private var spareBytes: Int { capacityBytes >> 10 }

  private mutating func place(_ chunk: [UInt8], as label: Label) -> Bool {
    guard chunk.count <= builder.freeBytes, let offset = builder.append(chunk) else { return false }
    placed.append((label, offset..<offset + chunk.count))
    return true
  }

  /// Puts the longest waiting chunk that fits into the pack, until none does.
  private mutating func plugGaps() {
    while let best = waiting.indices.filter({ waiting[$0].bytes.count <= builder.freeBytes })
      .max(by: { waiting[$0].bytes.count < waiting[$1].bytes.count })
    {
      let (label, bytes) = waiting.remove(at: best)
      waitingBytes -= bytes.count
      _ = place(bytes, as: label)
    }
  }

  /// The open pack as a full one; the oldest waiting chunks open the next.
  private mutating func close(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label> {
    builder.close()
    let pack = try seal(using: &generator)
    var left: [(label: Label, bytes: [UInt8])] = []
    for (label, bytes) in waiting where !place(bytes, as: label) {
      left.append((label, bytes))
    }
    waiting = left
    waitingBytes = left.reduce(0) { $0 + $1.bytes.count }
    return pack
  }

  private mutating func seal(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label> {
    let (done, chunks, usedBytes) = (builder, placed, builder.usedBytes)
    builder = PackBuilder(capacityBytes: capacityBytes)
    placed = []
    let bytes = try done.finish(using: &generator)
    return FilledPack(
      identifier: PackFormat.identifier(of: bytes), bytes: bytes, usedBytes: usedBytes,
      chunks: chunks)
  }
}
