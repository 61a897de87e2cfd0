import Testing

@testable import VaultCRDT

/// The tree against the slow one from the paper, node for node.
///
/// A failure prints its seed.
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

  /// Agreement means something only where the rules come into play.
  @Test func `random histories reach every rule`() throws {
    var counts: [String: Int] = [:]
    for seed in UInt64(0)..<150 {
      var history = try RandomHistory(seed: seed, replicas: 3, steps: 50)
      var tree = Tree()
      history.mergeAll(into: &tree)
      counts["rescued", default: 0] += tree.rescue.shown.count
      counts["circles", default: 0] +=
        tree.rescue.homes
        .filter { $0.value == .root && tree.home(of: $0.key) != .root }.count
      counts["refused", default: 0] +=
        tree.log.entries
        .filter { $0.previous == MoveLog.refused }.count
      counts["trashed", default: 0] += tree.trashed().count
      tree.forEachFolder { _, children in
        for child in children {
          counts["clashes", default: 0] += child.isClash ? 1 : 0
          counts["conflicts", default: 0] += tree.contents(of: child.object).count > 1 ? 1 : 0
        }
      }
    }
    for rule in ["rescued", "circles", "refused", "trashed", "clashes", "conflicts"] {
      #expect(counts[rule, default: 0] > 0, "\(rule)")
    }
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
