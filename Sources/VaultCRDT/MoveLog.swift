/// All moves of existing objects in the total order: the log of Kleppmann et al., *A highly
/// available move operation for replicated trees* (2022).
///
/// A move that arrives late is put in its place: later moves are undone, it is done, they are
/// redone, and one that would now make a cycle has no effect (but stays, for it may have one
/// again). Here all moves of a merge go in together: one undo, one redo, 20 bytes an entry.
///
/// Example: A moves x under y at time 5, B moves y under x at time 6. Whoever hears of the other
/// undoes nothing (A) or its own move (B), and both end with x under y and B's move refused.
///
/// Creations are not in the log. A new object can be the ancestor only of what was put into it
/// later in the total order, so a move before its creation never walks past it: applying
/// creations at once gives the same tree as replaying them in order.
///
/// Invariant: `nodes.parents` is what doing all entries in order on `birthParents` gives.
struct MoveLog {
  private(set) var stamps: ContiguousArray<Stamp> = []
  private(set) var objects: ContiguousArray<Node> = []
  private(set) var targets: ContiguousArray<Node> = []
  /// The entry that placed the same object before, `.none` for its birth, or `refused`.
  private(set) var previous: ContiguousArray<UInt32> = []

  static let refused = UInt32.max - 1

  struct Move {
    var stamp: Stamp
    var object: Node
    var target: Node
  }

  var count: Int { stamps.count }

  mutating func reserve(_ total: Int) {
    stamps.reserveCapacity(total)
    objects.reserveCapacity(total)
    targets.reserveCapacity(total)
    previous.reserveCapacity(total)
  }

  /// Does a move that is later than all others. False when it would make a cycle.
  @discardableResult
  mutating func append(_ move: Move, nodes: inout Nodes) -> Bool {
    let object = Int(move.object)
    // Only a folder can be an ancestor of anything.
    let isCycle =
      nodes.kinds[object] == .folder && nodes.isAncestor(move.object, of: move.target)
    stamps.append(move.stamp)
    objects.append(move.object)
    targets.append(move.target)
    if isCycle {
      previous.append(Self.refused)
      return false
    }
    previous.append(nodes.placements[object])
    nodes.placements[object] = UInt32(stamps.count - 1)
    nodes.parents[object] = move.target
    return true
  }

  /// Undoes and removes the last move.
  @discardableResult
  mutating func undoLast(nodes: inout Nodes) -> Move {
    let entry = count - 1
    let move = Move(stamp: stamps[entry], object: objects[entry], target: targets[entry])
    let before = previous[entry]
    stamps.removeLast()
    objects.removeLast()
    targets.removeLast()
    previous.removeLast()
    if before != Self.refused {
      let object = Int(move.object)
      nodes.placements[object] = before
      nodes.parents[object] =
        before == .none ? nodes.birthParents[object] : targets[Int(before)]
    }
    return move
  }

  /// Merges moves that are sorted by the total order. Returns the objects that may have moved.
  /// Complexity: O((*k* + *m*) · depth) for *m* moves and *k* entries later than the first.
  mutating func merge(
    _ moves: ContiguousArray<Move>, ranks: ContiguousArray<UInt16>, nodes: inout Nodes
  ) -> ContiguousArray<Node> {
    guard let first = moves.first else { return [] }
    let firstKey = first.stamp.key(ranks)
    let cut = stamps.partitioningIndex { $0.key(ranks) > firstKey }
    var undone: ContiguousArray<Move> = []
    undone.reserveCapacity(count - cut)
    while count > cut { undone.append(undoLast(nodes: &nodes)) }
    reserve(cut + undone.count + moves.count)
    // `undone` is in reverse: its last is the earliest.
    var later = undone.count - 1
    for move in moves {
      let key = move.stamp.key(ranks)
      while later >= 0, undone[later].stamp.key(ranks) < key {
        append(undone[later], nodes: &nodes)
        later -= 1
      }
      append(move, nodes: &nodes)
    }
    while later >= 0 {
      append(undone[later], nodes: &nodes)
      later -= 1
    }
    return ContiguousArray(undone.map(\.object) + moves.map(\.object))
  }

  /// The moves into the trash that followed each other last for an object that is directly in
  /// it, latest first, and the folder in which it was before them.
  func deletion(of node: Node, nodes: Nodes) -> (entries: [Int], home: Node) {
    var entries: [Int] = []
    var entry = nodes.placements[Int(node)]
    while entry != .none, targets[Int(entry)] == .trash {
      entries.append(Int(entry))
      entry = previous[Int(entry)]
    }
    return (entries, entry == .none ? nodes.birthParents[Int(node)] : targets[Int(entry)])
  }
}
