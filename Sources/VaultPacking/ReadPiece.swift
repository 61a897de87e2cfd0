import VaultEncoding

/// The part of a wanted range that lies in one data shard, and the versions of it that the answers
/// allow.
///
/// Honest answers allow one version. A lie among the answers makes others: one for each set of
/// answers that has the lie in it.
struct ReadPiece: Sendable {
  /// A candidate for the piece's bytes, and every set of answers that was found to give it: one
  /// answer of the piece's own shard, or k answers of others.
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
  private var known: [Set<RangeRequest>: Int] = [:]

  init(target: Int, range: Range<Int>, wanted: Range<Int>) {
    self.target = target
    self.range = range
    self.wanted = wanted
  }

  /// The piece's bytes in one version.
  func bytes(of version: Int) -> ArraySlice<UInt8> {
    versions[version].bytes[wanted]
  }

  /// The bytes of one version when all of them are wanted.
  func whole(version: Int) -> [UInt8]? {
    let bytes = versions[version].bytes
    return wanted == bytes.indices ? bytes : nil
  }

  /// Whether a shard has the piece as it is; with k = 1 all do.
  func isDirect(_ shard: Int, _ code: ErasureCode) -> Bool {
    shard == target || code.dataShards == 1
  }

  /// The version that the answers give when these nodes are left out: an answer of the piece's own
  /// shard if there is one, and otherwise the first k of others.
  ///
  /// Nil when there are too few.
  mutating func version(
    of answers: [ReadAnswer], without liars: Set<DID>, _ code: ErasureCode, rebuilt: Bool = false
  ) -> Int? {
    let honest = answers.filter { !liars.contains($0.request.node) }
    if !rebuilt, let answer = honest.first(where: { isDirect($0.request.shard, code) }) {
      return record(answer.bytes, from: [answer.request])
    }
    var shards: [Int: [UInt8]] = [:]
    var sources: Set<RangeRequest> = []
    for answer in honest where shards.count < code.dataShards {
      guard !isDirect(answer.request.shard, code), shards[answer.request.shard] == nil else {
        continue
      }
      shards[answer.request.shard] = answer.bytes
      sources.insert(answer.request)
    }
    if let index = known[sources] { return index }
    guard let bytes = try? code.rebuild([target], from: shards)[target] else { return nil }
    return record(bytes, from: sources)
  }

  private mutating func record(_ bytes: [UInt8], from sources: Set<RangeRequest>) -> Int {
    if let index = known[sources] { return index }
    let index = versions.firstIndex { $0.bytes == bytes } ?? versions.count
    if index == versions.count { versions.append(Version(bytes: bytes, sources: [])) }
    versions[index].sources.append(sources)
    known[sources] = index
    return index
  }
}
