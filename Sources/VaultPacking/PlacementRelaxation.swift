/// Why a choice of nodes is weaker than it should be; docs/spec/placement.md section 3.
public enum PlacementRelaxation: Hashable, Sendable, CustomStringConvertible {
  /// Fewer nodes take shards than there are shards: the rest has no place. Two shards of a pack
  /// never go to one node.
  case tooFewNodes(wanted: Int, available: Int)
  /// There are fewer operators than shards, or one runs too many of the nodes.
  case operatorsShare(shardsEach: Int)
  /// One region has to hold more than its even share.
  case regionsUneven(shardsEach: Int, evenShare: Int)

  /// One sentence without capital and full stop, for people.
  public var description: String {
    switch self {
    case .tooFewNodes(let wanted, let available):
      "\(wanted) shards need \(wanted) nodes, and \(available) take shards"
    case .operatorsShare(let each):
      "there are too few operators: one may hold up to \(each) shards of a pack"
    case .regionsUneven(let each, let even):
      "the nodes are unevenly spread: one region may hold \(each) shards of a pack, not \(even)"
    }
  }
}
