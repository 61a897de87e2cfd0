import Testing
import VaultCRDT

/// What every merge must keep, over random histories.
///
/// A failure prints its seed.
struct LawTests {
  static let seeds = Array(UInt64(1)...120)

  @Test(arguments: seeds)
  func `any order, grouping and repetition of delivery gives the same tree`(
    seed: UInt64
  ) throws {
    var history = try RandomHistory(seed: seed, replicas: 2 + Int(seed % 4), steps: 80)
    var checkpoints: Set<[UInt8]> = []
    for replica in history.trees.indices {
      var tree = history.trees[replica]
      history.mergeAll(into: &tree)
      try tree.checkInvariants()
      checkpoints.insert(tree.encodeCheckpoint())
    }
    for _ in 0..<3 {
      var fresh = Tree()
      history.mergeAll(into: &fresh)
      checkpoints.insert(fresh.encodeCheckpoint())
    }
    #expect(checkpoints.count == 1, "seed \(seed)")
  }

  @Test(arguments: seeds)
  func `every replica keeps its invariants on the way`(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed &+ 5_000, replicas: 3, steps: 60)
    for tree in history.trees { try tree.checkInvariants() }
  }

  @Test(arguments: seeds)
  func `a tree from a checkpoint goes on like the one it was made from`(seed: UInt64) throws {
    var history = try RandomHistory(seed: seed &+ 9_000, replicas: 3, steps: 60)
    for var tree in history.trees {
      var loaded = try Tree(checkpoint: tree.encodeCheckpoint())
      try loaded.checkInvariants()
      #expect(loaded.encodeCheckpoint() == tree.encodeCheckpoint(), "seed \(seed)")
      history.mergeAll(into: &tree)
      history.mergeAll(into: &loaded)
      #expect(loaded.encodeCheckpoint() == tree.encodeCheckpoint(), "seed \(seed)")
      try loaded.checkInvariants()
      let again = try loaded.commit(by: key(99), at: 5) { draft in
        _ = try draft.create(.folder, in: .root, named: "new".bytes)
      }
      let batch = try #require(again)
      #expect(tree.merge([batch]).appliedCount == 1)
    }
  }

  @Test func `merging what is there changes nothing`() throws {
    var history = try RandomHistory(seed: 77, replicas: 3, steps: 60)
    var tree = Tree()
    history.mergeAll(into: &tree)
    let before = tree.encodeCheckpoint()
    let outcome = tree.merge(history.batches)
    #expect(outcome.appliedCount == 0)
    #expect(outcome.changed.isEmpty)
    #expect(tree.encodeCheckpoint() == before)
  }

  @Test func `a copy of a tree does not see what happens to the original`() throws {
    var tree = Tree()
    let copy = tree
    _ = try tree.commit(by: key(1), at: 1) { draft in
      _ = try draft.create(.file, in: .root, named: "a".bytes)
    }
    #expect(copy.children(of: .root).isEmpty)
    #expect(tree.children(of: .root).count == 1)
  }
}
