import CIsal

extension ErasureCode {
  /// The wanted shards, or the wanted shards' bytes of one range, out of any k others.
  ///
  /// `shards` maps indexes to whole shards, or to the same byte range of each; with more than k
  /// the lowest indexes are used, since data shards need the least work. A wanted shard that is
  /// given is returned as it is given. Says nothing about truth: one wrong shard among those used
  /// makes every result wrong, which the seal of the chunk shows. O(k · wanted · length).
  ///
  /// Throws `noSuchShard`, `notEnoughShards`, `unequalShards`, or `badLength` for empty ranges.
  public func rebuild(
    _ wanted: [Int], from shards: [Int: [UInt8]]
  ) throws(PackingError) -> [Int: [UInt8]] {
    for index in wanted { try check(index) }
    let length = try commonLength(of: shards)
    var found: [Int: [UInt8]] = [:]
    for index in wanted { found[index] = shards[index] }
    let missing = Set(wanted).subtracting(shards.keys).sorted()
    guard !missing.isEmpty else { return found }
    let used = Array(shards.keys.sorted().prefix(dataShards))
    let sources = used.compactMap { shards[$0] }
    if dataShards == 1 {
      for index in missing { found[index] = sources[0] }
      return found
    }
    let factors = try factors(for: missing, from: used)
    let made = Kernel.combine(sources, by: factors, rows: missing.count, length: length)
    for (index, bytes) in zip(missing, made) { found[index] = bytes }
    return found
  }

  /// The pack out of any k of its whole shards.
  ///
  /// Throws what `rebuild` throws, and `badLength` when the shards are not those of a pack of
  /// `packBytes`.
  public func pack(
    from shards: [Int: [UInt8]], packBytes: Int
  ) throws(PackingError) -> [UInt8] {
    let length = try shardBytes(packBytes: packBytes)
    guard shards.values.allSatisfy({ $0.count == length }) else {
      throw PackingError(.badLength, "shards of this pack have \(length) bytes")
    }
    let data = try rebuild(Array(0..<dataShards), from: shards)
    var pack: [UInt8] = []
    pack.reserveCapacity(packBytes)
    for index in 0..<dataShards {
      pack.append(contentsOf: (data[index] ?? []).prefix(packBytes - pack.count))
    }
    return pack
  }

  /// Whether these shards, more than k of them, agree with each other: all of them are made from
  /// one pack, as far as they can tell.
  ///
  /// With k or fewer there is nothing to compare.
  ///
  /// Throws what `rebuild` throws.
  public func agree(_ shards: [Int: [UInt8]]) throws(PackingError) -> Bool {
    let used = shards.keys.sorted()
    let base = shards.filter { used.prefix(dataShards).contains($0.key) }
    let others = Array(used.dropFirst(dataShards))
    let made = try rebuild(others, from: base)
    return others.allSatisfy { made[$0] == shards[$0] }
  }

  private func commonLength(of shards: [Int: [UInt8]]) throws(PackingError) -> Int {
    for index in shards.keys { try check(index) }
    guard shards.count >= dataShards, let length = shards.values.first?.count else {
      throw PackingError(
        .notEnoughShards, "\(shards.count) shards are here and \(dataShards) are needed")
    }
    guard shards.values.allSatisfy({ $0.count == length }) else {
      throw PackingError(.unequalShards, "the shards differ in length")
    }
    guard (1...PackFormat.packBytesMax).contains(length) else {
      throw PackingError(.badLength, "no shard has \(length) bytes")
    }
    return length
  }

  /// The factors that make the missing shards out of the used ones: the rows of the missing
  /// shards times the inverse of the rows of the used ones.
  private func factors(
    for missing: [Int], from used: [Int]
  ) throws(PackingError) -> [UInt8] {
    var rows = used.flatMap { row($0) }
    var inverse = [UInt8](repeating: 0, count: rows.count)
    guard gf_invert_matrix(&rows, &inverse, Int32(dataShards)) == 0 else {
      // Every k rows of a Cauchy code can be inverted; a failure would be ours, not the world's.
      throw PackingError(.badCode, "the rows of shards \(used) cannot be inverted")
    }
    return missing.flatMap { index in
      let target = row(index)
      return (0..<dataShards).map { column in
        (0..<dataShards).reduce(0) { sum, step in
          sum ^ gf_mul(target[step], inverse[step * dataShards + column])
        }
      }
    }
  }
}
