// Filling packs to the brim.
//
// The idea: chunks are up to 4 MiB long, so a pack that is closed when the next chunk does not fit
// wastes half a chunk on average: 3 % of everything stored. The filler leaves the last part of a
// pack open, keeps the next chunks waiting, and closes the pack with those that fill it best.
//
// Example with packs of 16, a last part of 9, and chunks of 7, 6, 5, 4, in that order:
//     at once:  [7 6 ···] [5 4 ·······]
//     waiting:  7 goes in; 6, 5 and 4 wait for the last 9; 5 + 4 fill it: [7 5 4] [6 ··········]
//
// Order is kept where it can be, so neighbours in a folder mostly lie in one pack and are restored
// together.
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

  /// A filler of empty packs; three eighths of a pack, 6 MiB, may wait beside the open pack.
  public init(capacityBytes: Int = PackFormat.capacityBytes) {
    builder = PackBuilder(capacityBytes: capacityBytes)
    self.capacityBytes = capacityBytes
    waitingBytesMax = capacityBytes / 8 * 3
  }

  /// The bytes that are held: in the open pack and waiting.
  public var heldBytes: Int { builder.usedBytes + waitingBytes }

  /// Takes a chunk; returns a pack when one became full.
  ///
  /// - Precondition: the chunk is not empty and fits into an empty pack.
  public mutating func add(
    _ sealedChunk: [UInt8], as label: Label, using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label>? {
    if builder.freeBytes - sealedChunk.count >= lastPartBytes, place(sealedChunk, as: label) {
      return nil
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
    plugGaps()
    while !waiting.isEmpty {
      packs.append(try close(using: &generator))
      plugGaps()
    }
    if !builder.isEmpty { packs.append(try seal(using: &generator)) }
    return packs
  }

  /// The part of a pack that is filled last, from the chunks that wait.
  private var lastPartBytes: Int { waitingBytesMax * 2 / 3 }

  private mutating func place(_ chunk: [UInt8], as label: Label) -> Bool {
    guard chunk.count <= builder.freeBytes, let offset = builder.append(chunk) else { return false }
    placed.append((label, offset..<offset + chunk.count))
    return true
  }

  /// Moves those waiting chunks into the pack that fill it best.
  private mutating func plugGaps() {
    let lengths = waiting.prefix(Self.combinedMax).map(\.bytes.count)
    let chosen = Self.fullest(lengths, below: builder.freeBytes)
    placeWaiting { chosen & (1 << UInt32($0)) != 0 }
    placeWaiting { _ in true }
  }

  /// How many waiting chunks are tried in all combinations: 4,096 sums for each pack.
  private static var combinedMax: Int { 12 }

  /// The combination, as bits, of the lengths with the greatest sum that is at most `limit`.
  static func fullest(_ lengths: [Int], below limit: Int) -> UInt32 {
    var sums = [0]
    for length in lengths { sums += sums.map { $0 + length } }
    let best = sums.indices.filter { sums[$0] <= limit }.max { sums[$0] < sums[$1] }
    return UInt32(best ?? 0)
  }

  /// Moves every waiting chunk that is wanted and fits into the pack, the oldest first.
  private mutating func placeWaiting(where isWanted: (Int) -> Bool) {
    var left: [(label: Label, bytes: [UInt8])] = []
    for (index, (label, bytes)) in waiting.enumerated() {
      if !(isWanted(index) && place(bytes, as: label)) { left.append((label, bytes)) }
    }
    waiting = left
    waitingBytes = left.reduce(0) { $0 + $1.bytes.count }
  }

  /// The open pack as a full one; the oldest waiting chunks open the next.
  private mutating func close(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label> {
    builder.close()
    let pack = try seal(using: &generator)
    placeWaiting { _ in true }
    return pack
  }

  private mutating func seal(
    using generator: inout some RandomNumberGenerator
  ) throws(PackingError) -> FilledPack<Label> {
    let (done, chunks, usedBytes) = (builder, placed, builder.usedBytes)
    builder = PackBuilder(capacityBytes: capacityBytes)
    placed = []
    let bytes = try (consume done).finish(using: &generator)
    return FilledPack(
      identifier: PackFormat.identifier(of: bytes), bytes: bytes, usedBytes: usedBytes,
      chunks: chunks)
  }
}
