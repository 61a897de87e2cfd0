// Whether so many nodes can still be taken.
//
// The idea: every node is an edge between its operator and its region, and a choice is a set of
// edges that loads no operator and no region above its limit. A choice that cannot be extended
// directly may still be, by an alternating path: take an edge into a full region, give back an
// edge of that region, take another of the operator that this relieves, and so on until a region
// has room. When no such path is left, the choice is the largest there is.
//
// Example, limit 1 each: edges A–r, A–s, B–r. After A–r, B's only region is full: take B–r, give
// A–r back, take A–s.
//
// Source: Ford & Fulkerson on a bipartite graph.

/// The largest choice of nodes within the limits of operators and regions.
struct PlacementFlow {
  /// A node: its operator's and its region's number.
  struct Edge {
    let operatorIndex: Int
    let regionIndex: Int
  }

  private let edges: ArraySlice<Edge>
  private var operatorRoom: [Int]
  private var regionRoom: [Int]
  private var taken: Set<Int> = []

  init(edges: ArraySlice<Edge>, operatorRoom: [Int], regionRoom: [Int]) {
    self.edges = edges
    self.operatorRoom = operatorRoom
    self.regionRoom = regionRoom
  }

  /// Whether `wanted` edges can be taken.
  ///
  /// O(wanted · edges · operators) at worst.
  mutating func reaches(_ wanted: Int) -> Bool {
    while taken.count < wanted {
      var seen: Set<Int> = []
      let starts = operatorRoom.indices.filter { operatorRoom[$0] > 0 }
      guard let start = starts.first(where: { extend(from: $0, &seen) }) else { return false }
      operatorRoom[start] -= 1
    }
    return true
  }

  /// Takes one more edge of an operator, re-routing others where a region is full.
  private mutating func extend(from operatorIndex: Int, _ seenRegions: inout Set<Int>) -> Bool {
    for edge in edges.indices
    where edges[edge].operatorIndex == operatorIndex && !taken.contains(edge) {
      let region = edges[edge].regionIndex
      guard seenRegions.insert(region).inserted else { continue }
      if regionRoom[region] > 0 {
        regionRoom[region] -= 1
        taken.insert(edge)
        return true
      }
      for held in taken.sorted() where edges[held].regionIndex == region {
        if extend(from: edges[held].operatorIndex, &seenRegions) {
          taken.remove(held)
          taken.insert(edge)
          return true
        }
      }
    }
    return false
  }
}
