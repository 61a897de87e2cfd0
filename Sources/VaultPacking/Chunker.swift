// Content-defined cutting.
//
// The idea: a rolling hash runs over the content, and a chunk ends where the hash is small. The
// hash at a place depends on the 64 bytes before it and on nothing else, so an insertion moves
// only the cuts near it, and equal content far from an edit is cut, and stored, alike.
//
//     hash ← 2·hash + gear[byte]      (after 64 steps a byte has left the word)
//
// Example with a minimum of 2, a maximum of 5 and «hash below the bound» at the marks:
//     a b c d e f g h i j k l
//       ^     ^ ^             →  [a b] [c d e] [f g h i j] [k l]
// the mark after b counts, since a chunk may end once it has the minimum; the one after e counts;
// the one after f would leave a chunk of one byte, so it is passed; the maximum cuts after j; the
// end of the content closes the last.
//
// Source: Xia et al., «FastCDC» (USENIX ATC 2016): gear hash, skipping the minimum, normalised
// chunking. Different from it: the bound is a comparison of the whole word (its high bits carry
// all 64 bytes), and the hash is warmed up on the 64 bytes before the minimum.
//
// Why visible lengths do not matter here. Cuts by a keyed gear table are equations about the
// table: whoever sees the chunk lengths of files he knows can solve for it and then recognise
// other files (Truong et al., CCS 2025; Alexeev et al., 2025). So nobody sees them: chunks are
// sealed and laid back to back into packs of a fixed length whose rest is filled with bytes that
// look like ciphertext, and shards cut the pack at places that do not depend on its chunks.
//
// What remains: when one chunk is read by range from a node, the node sees the range. Ranges are
// therefore widened to a grid of 64 KiB (`ReadPlan`), restores fetch whole shards, and a node
// still learns which part of a pack was wanted, and when. The last, partial pack of a push shows
// its size class, and the volume and time of a push are visible as always.
//
// Invariant: cuts depend on the key, the sizes and the content alone, never on how the content
// arrived in the buffer.

/// Finds where content is cut; one value per file, fed from a sliding buffer.
public struct Chunker: Sendable {
  /// The sizes between which this chunker cuts.
  public let sizes: ChunkSizes
  private let gear: GearTable
  /// How many bytes of the current chunk have been hashed, and the hash after them.
  private var scannedBytes = 0
  private var hash: UInt64 = 0

  /// A chunker for a scope's 32-byte chunker key.
  ///
  /// Costs some ten microseconds: copy a made one for each file of the scope.
  ///
  /// - Precondition: the key has 32 bytes.
  public init(key: [UInt8], sizes: ChunkSizes = .standard) {
    precondition(key.count == 32, "a chunker key has 32 bytes")
    self.sizes = sizes
    gear = GearTable(key: key)
  }

  /// The length of the chunk that starts at the front of the buffer, or nil when its end is not
  /// in the buffer yet.
  ///
  /// After nil, call again with the same bytes and more behind them: the work done is kept. After
  /// a length, call with a buffer that starts behind the chunk. With `isLast` the buffer holds
  /// the rest of the content; then nil means that it is empty. A buffer of `sizes.maximumBytes`
  /// always gives a length, which bounds the memory of a stream. O(bytes not hashed before).
  public mutating func cut(in buffer: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
    let end = min(buffer.count, sizes.maximumBytes)
    if isLast && buffer.count <= sizes.minimumBytes {
      return finish(buffer.isEmpty ? nil : buffer.count)
    }
    guard end >= sizes.minimumBytes, let base = buffer.baseAddress else { return nil }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    if let found = scan(bytes, end: min(end, sizes.normalBytes), below: sizes.hardBound)
      ?? scan(bytes, end: end, below: sizes.easyBound)
    {
      return finish(found)
    }
    return end == sizes.maximumBytes || isLast ? finish(end) : nil
  }

  /// The chunks of content that is in memory as a whole; empty content has none.
  public mutating func chunk(_ bytes: [UInt8]) -> [Range<Int>] {
    bytes.withUnsafeBytes { buffer in
      var ranges: [Range<Int>] = []
      var start = 0
      while let length = cut(in: UnsafeRawBufferPointer(rebasing: buffer[start...]), isLast: true) {
        ranges.append(start..<start + length)
        start += length
      }
      return ranges
    }
  }

  private mutating func finish(_ length: Int?) -> Int? {
    scannedBytes = 0
    hash = 0
    return length
  }

  /// Hashes on to `end`; the first length from the minimum on at which the hash is below the
  /// bound, or nil with everything up to `end` hashed.
  private mutating func scan(
    _ bytes: UnsafePointer<UInt8>, end: Int, below bound: UInt64
  ) -> Int? {
    let words = gear.words
    return words.withUnsafeBufferPointer { table in
      guard let table = table.baseAddress else { return nil }
      var roll = GearRoll(table: table, hash: hash, place: scannedBytes)
      defer { (hash, scannedBytes) = (roll.hash, roll.place) }
      if roll.place == 0 {
        // Of the skipped minimum only the last window matters to any later place.
        roll.warm(up: sizes.minimumBytes, in: bytes)
        if roll.hash < bound { return roll.place }
      }
      return roll.advance(in: bytes, to: end, below: bound) ? roll.place : nil
    }
  }
}
