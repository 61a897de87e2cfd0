import VaultCRDT
import VaultEncoding

extension CRDTBench {
  /// What `Benchmarks/crdt-peer` sets beside another engine: two replicas move the same folders at
  /// the same time and merge; then the whole history is loaded, and the state.
  ///
  /// One line of `name=value`; times are CPU milliseconds, the least of the rounds.
  static func peer(objects: Int, moves: Int, rounds: Int) throws {
    var best: [String: Double] = [:]
    func note(_ name: String, _ body: () throws -> Void) throws {
      best[name] = min(best[name] ?? .infinity, try time(body))
    }
    var bytes: [String: Int] = [:]
    var digest: UInt64 = 0
    for _ in 0..<rounds {
      var base = Tree()
      var folders: [ObjectID] = []
      var founding: [Batch] = []
      try note("create") { (folders, founding) = try makeFolders(objects, in: &base) }
      var (left, right) = (base, base)
      let (leftPlan, rightPlan) = (plan(base, folders, moves, 2), plan(base, folders, moves, 3))
      var own: [Batch] = []
      // The copies get columns of their own before the clock runs.
      let warm = [
        try left.commit(by: key(2), at: 2) { try $0.setSetting([1], to: [1]) },
        try right.commit(by: key(3), at: 2) { try $0.setSetting([1], to: [1]) },
      ].compactMap { $0 }
      left.merge([warm[1]])
      right.merge([warm[0]])
      try note("local") { own = try apply(leftPlan, to: &left, by: key(2)) }
      let others = try apply(rightPlan, to: &right, by: key(3)).map { $0.encode() }
      try note("merge") { try merge(others, into: &left) }
      let history = (founding + warm + own).map { $0.encode() } + others
      bytes["update_bytes"] = others.reduce(0) { $0 + $1.count }
      bytes["history_bytes"] = history.reduce(0) { $0 + $1.count }
      var loaded = Tree()
      try note("load") { try merge(history, into: &loaded) }
      let state = left.encodeCheckpoint()
      bytes["state_bytes"] = state.count
      var opened = Tree()
      try note("load_state") { opened = try Tree(checkpoint: state) }
      digest = parentsDigest(of: left, folders)
      precondition(parentsDigest(of: loaded, folders) == digest)
      precondition(parentsDigest(of: opened, folders) == digest)
    }
    let times = best.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let sizes = bytes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    print((times + sizes + ["digest=\(digest)"]).joined(separator: " "))
  }

  private static func makeFolders(
    _ count: Int, in tree: inout Tree
  ) throws -> ([ObjectID], [Batch]) {
    var generator = SplitMix(seed: 1)
    var folders: [ObjectID] = []
    let batch = try tree.commit(by: key(1), at: 1) { draft in
      for index in 0..<count {
        let isTop = index == 0 || generator.below(8) == 0
        let parent = isTop ? ObjectID.root : folders[generator.below(index)]
        folders.append(try draft.create(.folder, in: parent, named: Array("d\(index)".utf8)))
      }
    }
    return (folders, batch.map { [$0] } ?? [])
  }

  private static func merge(_ encoded: [[UInt8]], into tree: inout Tree) throws {
    let outcome = tree.merge(try encoded.map { try Batch(decoding: $0) })
    precondition(outcome.waiting.isEmpty && outcome.refused.isEmpty)
  }

  /// One number over where every folder lies: the peer must come to the same.
  private static func parentsDigest(of tree: Tree, _ folders: [ObjectID]) -> UInt64 {
    var places: [ObjectID: UInt64] = [.root: 1]
    for (index, folder) in folders.enumerated() { places[folder] = UInt64(index) + 2 }
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for folder in folders {
      let place = tree.parent(of: folder).flatMap { places[$0] } ?? 0
      digest = (digest ^ place) &* 0x100_0000_01b3
    }
    return digest
  }
}
