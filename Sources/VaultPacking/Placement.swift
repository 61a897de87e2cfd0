// Which nodes hold the shards of a pack.
//
// The idea: all nodes draw for the pack (`PlacementDraw`), and they are taken in the order of
// their draws as long as the limits allow: one shard for each node, one for each operator, an even
// share for each region. Where limits cannot all be kept, the region's gives way first, then the
// operator's, one by one, and the choice says so. The node's never does.
//
// Example, 3 shards; draws in the order A1 A2 B1 C1, where A1 and A2 have one operator:
//     A1 is taken; A2 would be the operator's second; B1 and C1 are taken: A1 B1 C1.
//
// Taking nodes greedily can end in a corner: an operator's limit and a region's limit together may
// leave no node although another first step would have. Only then each step is checked: a node is
// taken when the rest can still be completed, which is a small flow problem (`PlacementFlow`).
//
// Invariant: the set depends on the pack and the nodes alone, not on their order, the machine or
// the past; the past decides only who of the set holds which shard.

public import VaultEncoding

/// Chooses nodes for shards; docs/spec/placement.md.
public enum Placement {
  /// The nodes for the `shards` shards of a new pack.
  ///
  /// O(nodes · log nodes) hashes and comparisons.
  ///
  /// Nodes of weight 0 are left out, and so are repetitions of a node.
  ///
  /// - Precondition: `shards` is positive.
  public static func choose(
    pack: Bytes32, shards: Int, among nodes: [PlacementNode]
  ) -> PlacementChoice {
    PlacementSelection(pack: pack, shards: shards, nodes: nodes).choice(keeping: [])
  }

  /// The nodes for a pack that has been placed before: those of `choose`, with every shard left
  /// where it is when its node is still among them.
  ///
  /// Entry i of `current` held shard i; nil is nobody.
  public static func adjust(
    _ current: [DID?], pack: Bytes32, shards: Int, among nodes: [PlacementNode]
  ) -> (choice: PlacementChoice, moves: [PlacementMove]) {
    let choice = PlacementSelection(pack: pack, shards: shards, nodes: nodes)
      .choice(keeping: current)
    let moves = (0..<shards).compactMap { shard -> PlacementMove? in
      let from = shard < current.count ? current[shard] : nil
      let to = choice.nodes[shard]
      return from == to ? nil : PlacementMove(shard: shard, from: from, to: to)
    }
    return (choice, moves)
  }
}
