import Testing
import VaultCRDT

/// The tree against the slow one from the paper, node for node. A failure prints its seed.
struct ReferenceTests {
  @Test(arguments: 0..<20)
  func `the tree shows what the reference shows`(group: UInt64) throws {
    for seed in group * 100..<group * 100 + 100 {
      var history = try RandomHistory(seed: seed, replicas: 2 + Int(seed % 3), steps: 50)
      try check(&history, seed: seed)
    }
  }

  @Test(arguments: UInt64(0)..<12)
  func `long histories too`(seed: UInt64) throws {
    var history = try RandomHistory(seed: seed &+ 100_000, replicas: 5, steps: 400)
    try check(&history, seed: seed &+ 100_000)
  }

  private func check(_ history: inout RandomHistory, seed: UInt64) throws {
    var tree = history.trees[0]
    history.mergeAll(into: &tree)
    var reference = ReferenceTree()
    var rest = history.generator.shuffled(history.batches)
    while !rest.isEmpty { rest.removeAll { reference.apply($0) } }
    let expected = reference.view
    let found = TreeView(tree, like: expected)
    if found != expected {
      Issue.record("seed \(seed): \(found.difference(from: expected))")
    }
    for (object, place) in expected.places {
      #expect(tree.path(of: object) == place.path, "seed \(seed)")
      #expect(tree.object(at: place.path) == object, "seed \(seed)")
    }
  }
}
