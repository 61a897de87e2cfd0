import VaultEncoding

/// The part of a wanted range that lies in one data shard, and the versions of it that the answers
/// allow.
///
/// Honest answers allow one version. A wrong byte among the answers makes as many as there are
/// sets of k answers with and without it.
struct ReadPiece: Sendable {
  /// A candidate for the piece's bytes, and every set of answers that gives it.
  struct Version: Sendable {
    let bytes: [UInt8]
    var sources: [Set<RangeRequest>]
  }

  /// The data shard that has the piece as it is.
  let target: Int
  /// What is asked for: the piece widened to the grid.
  let range: Range<Int>
  /// The piece within `range`.
  let wanted: Range<Int>
  /// Versions in the order they were found; indexes stay valid.
  private(set) var versions: [Version] = []
  private var combined: Set<Set<RangeRequest>> = []

  /// Sets of answers that are combined for one piece at most; above, whole shards are audited.
  static let combinationsMax = 512

  init(target: Int, range: Range<Int>, wanted: Range<Int>) {
    self.target = target
    self.range = range
    self.wanted = wanted
  }

  /// The piece's bytes in one version.
  func bytes(of version: Int) -> ArraySlice<UInt8> {
    versions[version].bytes[wanted]
  }

  /// Adds the versions that new answers allow; only the first one there is, unless `all`.
  mutating func combine(_ answers: [(RangeRequest, [UInt8])], _ code: ErasureCode, all: Bool) {
    for (request, bytes) in answers where request.shard == target || code.dataShards == 1 {
      guard all || versions.isEmpty else { return }
      record(bytes, from: [request])
    }
    guard code.dataShards > 1, all || versions.isEmpty else { return }
    let others = answers.filter { $0.0.shard != target }
    var subset = Subset(of: others.count, size: code.dataShards)
    var steps = 0
    while let places = subset.next(), steps < Self.combinationsMax {
      steps += 1
      let chosen = places.map { others[$0] }
      let sources = Set(chosen.map(\.0))
      let shards = Dictionary(chosen.map { ($0.0.shard, $0.1) }) { first, _ in first }
      guard shards.count == places.count, !combined.contains(sources),
        let bytes = try? code.rebuild([target], from: shards)[target]
      else { continue }
      record(bytes, from: sources)
      if !all { return }
    }
  }

  /// Forgets what a node's answers led to: its versions stay as empty places.
  mutating func discard(_ node: DID) {
    for version in versions.indices {
      versions[version].sources.removeAll { $0.contains { $0.node == node } }
    }
  }

  private mutating func record(_ bytes: [UInt8], from sources: Set<RangeRequest>) {
    guard combined.insert(sources).inserted else { return }
    if let known = versions.firstIndex(where: { $0.bytes == bytes }) {
      versions[known].sources.append(sources)
    } else {
      versions.append(Version(bytes: bytes, sources: [sources]))
    }
  }
}
