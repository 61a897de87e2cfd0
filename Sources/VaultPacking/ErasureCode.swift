// Reed–Solomon over GF(2^8), by ISA-L.
//
// The idea: a pack is cut into k data shards of equal length; n − k parity shards are sums of
// the data shards, byte by byte, each with its own factors, chosen so that any k of the n shards
// determine the rest. The factors form a Cauchy matrix, every square part of which can be
// inverted: row i, column j is 1/(i ⊕ j) for k ≤ i < n and 0 ≤ j < k.
//
// Example, 2 of 3, pack «abcdefgh» (shards are longer in truth):
//     shard 0: a b c d      shard 1: e f g h      shard 2: ½·abcd + ⅓·efgh (in GF(2^8))
// The chunk «fg» is bytes 1 ..< 3 of shard 1. When the node of shard 1 is gone, bytes 1 ..< 3 of
// shards 0 and 2 give it back: the code works on each byte place alone, so a range of a shard is
// rebuilt from the same range of k others.
//
// Source: Blömer et al., «An XOR-Based Erasure-Resilient Coding Scheme» (1995) for the matrix;
// Intel ISA-L `gf_gen_cauchy1_matrix` for its form, polynomial x^8+x^4+x^3+x^2+1 (0x11d).
// With k = 1 every factor is 1: each shard is the pack, which is replication.
//
// Format: docs/spec/packs.md section 4. Invariant: shards depend on (pack, k, n) alone, and shard
// i is the same for every n above i.

import CIsal

/// Spreads a pack over n shards of which any k give it back; a value that holds its tables.
public struct ErasureCode: Sendable, Hashable {
  /// How many shards are needed: k.
  public let dataShards: Int
  /// How many shards there are: n.
  public let totalShards: Int
  /// n rows of k factors: the identity above the Cauchy rows.
  let matrix: [UInt8]

  /// The highest n: far above what placement over people's nodes needs, and small enough for all
  /// pointers to lie on the stack.
  public static let totalShardsMax = 32
  /// Shard lengths are multiples of this when k is above 1: the widest vector ISA-L uses.
  public static let alignmentBytes = 64

  /// The code «any k of n».
  ///
  /// Throws `badCode` unless 1 ≤ k ≤ n ≤ 32.
  public init(dataShards: Int, totalShards: Int) throws(PackingError) {
    guard 1 <= dataShards, dataShards <= totalShards, totalShards <= Self.totalShardsMax else {
      throw PackingError(.badCode, "no code has any \(dataShards) of \(totalShards) shards")
    }
    self.dataShards = dataShards
    self.totalShards = totalShards
    var rows = [UInt8](repeating: 1, count: totalShards * dataShards)
    if dataShards > 1 { gf_gen_cauchy1_matrix(&rows, Int32(totalShards), Int32(dataShards)) }
    matrix = rows
  }

  /// How many shards may be lost: n − k.
  public var parityShards: Int { totalShards - dataShards }

  /// Two codes are equal when k and n are.
  public static func == (left: ErasureCode, right: ErasureCode) -> Bool {
    left.dataShards == right.dataShards && left.totalShards == right.totalShards
  }

  /// Hashes k and n.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(dataShards)
    hasher.combine(totalShards)
  }

  // MARK: - Lengths

  /// The length of each shard of a pack: the k-th part, rounded up to a multiple of 64 unless k is
  /// 1.
  ///
  /// The last data shards are filled up with zeros.
  ///
  /// Throws `badLength` for an empty pack or one above the limit.
  public func shardBytes(packBytes: Int) throws(PackingError) -> Int {
    guard (1...PackFormat.packBytesMax).contains(packBytes) else {
      throw PackingError(.badLength, "no pack has \(packBytes) bytes")
    }
    if dataShards == 1 { return packBytes }
    let part = (packBytes + dataShards - 1) / dataShards
    return (part + Self.alignmentBytes - 1) / Self.alignmentBytes * Self.alignmentBytes
  }

  /// Which data shards hold a range of a pack, and where in them, in the pack's order.
  ///
  /// Throws `badRange` when the range is empty or reaches outside the pack.
  public func locate(_ range: Range<Int>, packBytes: Int) throws(PackingError) -> [ShardRange] {
    let length = try shardBytes(packBytes: packBytes)
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= packBytes else {
      throw PackingError(.badRange, "a range lies outside its pack of \(packBytes) bytes")
    }
    let touched = range.lowerBound / length...(range.upperBound - 1) / length
    return touched.map { shard in
      let start = shard * length
      let part = range.clamped(to: start..<start + length)
      return ShardRange(shard: shard, range: part.lowerBound - start..<part.upperBound - start)
    }
  }

  // MARK: - Encoding

  /// All n shards of a pack, data shards first.
  ///
  /// O(n · length).
  ///
  /// Throws `badLength` for an empty pack or one above the limit.
  public func shards(of pack: [UInt8]) throws(PackingError) -> [[UInt8]] {
    let length = try shardBytes(packBytes: pack.count)
    if dataShards == 1 { return Array(repeating: pack, count: totalShards) }
    return try (0..<dataShards).map { dataShard($0, of: pack, length: length) }
      + parity(of: pack)
  }

  /// The n − k parity shards alone: whoever still has the pack needs no copy of its data shards.
  ///
  /// Throws `badLength` for an empty pack or one above the limit.
  public func parity(of pack: [UInt8]) throws(PackingError) -> [[UInt8]] {
    let length = try shardBytes(packBytes: pack.count)
    if dataShards == 1 { return Array(repeating: pack, count: parityShards) }
    guard parityShards > 0 else { return [] }
    return sums(of: pack, by: Array(matrix[(dataShards * dataShards)...]), length: length)
  }

  /// One shard of a pack, so that a node's share can be made again without making the others.
  ///
  /// Throws `noSuchShard`, and `badLength` for an empty pack or one above the limit.
  public func shard(_ index: Int, of pack: [UInt8]) throws(PackingError) -> [UInt8] {
    try check(index)
    let length = try shardBytes(packBytes: pack.count)
    if index < dataShards { return dataShard(index, of: pack, length: length) }
    return dataShards == 1 ? pack : sums(of: pack, by: row(index), length: length)[0]
  }

  func check(_ index: Int) throws(PackingError) {
    guard (0..<totalShards).contains(index) else {
      throw PackingError(.noSuchShard, "shard \(index) of \(totalShards) does not exist")
    }
  }

  /// The factors that make a shard out of the data shards.
  func row(_ index: Int) -> [UInt8] {
    Array(matrix[index * dataShards..<(index + 1) * dataShards])
  }

  private func dataShard(_ index: Int, of pack: [UInt8], length: Int) -> [UInt8] {
    let start = min(pack.count, index * length)
    let end = min(pack.count, start + length)
    var shard = Array(pack[start..<end])
    if shard.count < length {
      shard.append(contentsOf: repeatElement(0, count: length - shard.count))
    }
    return shard
  }

  /// Sums of the data shards, read where they lie in the pack; only those that the pack's end
  /// cuts short are copied, to fill them up.
  private func sums(of pack: [UInt8], by factors: [UInt8], length: Int) -> [[UInt8]] {
    let whole = pack.count / length
    let short = (whole..<dataShards).map { dataShard($0, of: pack, length: length) }
    return Kernel.withPointers(to: [pack] + short) { pointers in
      Kernel.combine(
        (0..<whole).map { pointers[0] + $0 * length } + pointers.dropFirst(), by: factors,
        rows: factors.count / dataShards, length: length)
    }
  }
}
