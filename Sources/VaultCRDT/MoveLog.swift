/// All moves of existing objects in the total order: the log of Kleppmann, Mulligan, Gomes and
/// Beresford, *A highly available move operation for replicated trees* (2022).
///
/// A move that arrives late is put in its place: later moves are undone, it is done, they are
/// redone, and one that would now make a cycle has no effect (but stays, for it may have one
/// again). Here all moves of a merge go in together: one undo, one redo, 24 bytes an entry.
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
  private(set) var entries: ContiguousArray<Entry> = []

  struct Entry {
    var stamp: Stamp
    var object: Node
    var target: Node
    /// The entry that placed the same object before, `.none` for its birth, or `refused`.
    var previous = UInt32.none
  }

  static let refused = UInt32.max - 1

  var count: Int { entries.count }

  mutating func reserve(_ total: Int) { entries.makeRoom(total) }

  /// Does a move that is later than all others.
  ///
  /// False when it would make a cycle.
  @discardableResult
  mutating func append(_ move: Entry, nodes: inout Nodes) -> Bool {
    entries.append(move)
    redo(from: entries.count - 1, nodes: &nodes)
    return entries[entries.count - 1].previous != Self.refused
  }

  /// Undoes and removes the last move.
  mutating func undoLast(nodes: inout Nodes) {
    undo(from: count - 1, nodes: &nodes)
    entries.removeLast()
  }

  /// Merges moves that are sorted by the total order.
  ///
  /// Returns the objects that may have moved. Complexity: O((*k* + *m*) · depth) for *m* moves and
  /// *k* entries later than the first.
  mutating func merge(
    _ moves: ContiguousArray<Entry>, ranks: ContiguousArray<UInt16>, nodes: inout Nodes
  ) -> ContiguousArray<Node> {
    guard let first = moves.first else { return [] }
    let firstKey = first.stamp.key(ranks)
    let cut = entries.partitioningIndex { $0.stamp.key(ranks) > firstKey }
    undo(from: cut, nodes: &nodes)
    let moved = interleave(moves, from: cut, ranks: ranks)
    redo(from: cut, nodes: &nodes)
    return moved
  }

  /// Puts moves in their places among the entries from `cut` on, whose objects it returns.
  private mutating func interleave(
    _ moves: ContiguousArray<Entry>, from cut: Int, ranks: ContiguousArray<UInt16>
  ) -> ContiguousArray<Node> {
    let later = ContiguousArray(entries[cut...])
    entries.removeLast(count - cut)
    reserve(cut + later.count + moves.count)
    var next = 0
    for move in moves {
      let key = move.stamp.key(ranks)
      while next < later.count, later[next].stamp.key(ranks) < key {
        entries.append(later[next])
        next += 1
      }
      entries.append(move)
    }
    entries.append(contentsOf: later[next...])
    return ContiguousArray(entries[cut...].map(\.object))
  }

  // MARK: - The paper's undo and do

  /// Undoes the entries from a number on, latest first, and leaves them in the log.
  private func undo(from first: Int, nodes: inout Nodes) {
    let births = nodes.birthParents
    // Moved out and back, so that a column is checked for uniqueness once, not at each write.
    var parentColumn = exchange(&nodes.parents, with: [])
    var placementColumn = exchange(&nodes.placements, with: [])
    var parents = parentColumn.mutableSpan
    var placements = placementColumn.mutableSpan
    let log = entries.span
    for number in (first..<log.count).reversed() {
      let previous = log[number].previous
      guard previous != Self.refused else { continue }
      let object = Int(log[number].object)
      placements[object] = previous
      parents[object] = previous == .none ? births[object] : log[Int(previous)].target
    }
    nodes.parents = parentColumn
    nodes.placements = placementColumn
  }

  /// Does the entries from a number on.
  private mutating func redo(from first: Int, nodes: inout Nodes) {
    let kinds = nodes.kinds
    var parentColumn = exchange(&nodes.parents, with: [])
    var placementColumn = exchange(&nodes.placements, with: [])
    var parents = parentColumn.mutableSpan
    var placements = placementColumn.mutableSpan
    var log = entries.mutableSpan
    for number in first..<log.count {
      let object = Int(log[number].object)
      // Only a folder can be an ancestor of anything.
      var step = kinds[object] == .folder ? log[number].target : .none
      while step != .none, step != log[number].object { step = parents[Int(step)] }
      guard step == .none else {
        log[number].previous = Self.refused
        continue
      }
      log[number].previous = placements[object]
      placements[object] = UInt32(number)
      parents[object] = log[number].target
    }
    nodes.parents = parentColumn
    nodes.placements = placementColumn
  }

  // MARK: - Deletions

  /// The moves into the trash that followed each other last for an object that is directly in
  /// it, latest first, and the folder in which it was before them.
  func deletion(of node: Node, nodes: borrowing Nodes) -> (entries: [Int], home: Node) {
    var found: [Int] = []
    var entry = nodes.placements[Int(node)]
    while entry != .none, entries[Int(entry)].target == .trash {
      found.append(Int(entry))
      entry = entries[Int(entry)].previous
    }
    return (
      found, entry == .none ? nodes.birthParents[Int(node)] : entries[Int(entry)].target
    )
  }
}
