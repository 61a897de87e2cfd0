extension Tree {
  /// What of the trash is shown, worked out now if it is not known.
  ///
  /// Complexity: O(trash) if not.
  var rescue: Rescue { knownRescue ?? workOutRescue() }

  /// Applies the rules of docs/spec/crdt.md, "Deletion", to everything in the trash.
  ///
  /// Example: A deletes `docs` while B writes `docs/plan.txt`. `docs` is in the trash by the log,
  /// A's deletion has not seen B's write, so `plan.txt` is shown, and `docs` around it, at its old
  /// place; what else was in `docs` stays hidden.
  func workOutRescue() -> Rescue {
    var rescue = Rescue()
    var covers = CoverSource()
    var deleted = children.first(in: .trash)
    while deleted != .none {
      let cover = covers.cover(of: deleted, in: self)
      var stack: [(node: Node, isUnseen: Bool)] = [(deleted, false)]
      while let (node, isUnseen) = stack.popLast() {
        if isUnseen || wasWritten(node, notIn: cover) { show(node, in: &rescue) }
        var child = children.first(in: node)
        while child != .none {
          stack.append((child, isUnseen || !cover.includes(placement(of: child))))
          child = children.next(after: child)
        }
      }
      deleted = children.next(after: deleted)
    }
    for (node, home) in rescue.homes { rescue.arrivals[home, default: []].append(node) }
    return rescue
  }

  /// The operation that put an object where it is by the move log.
  private func placement(of node: Node) -> Dot {
    let entry = nodes.placements[Int(node)]
    return entry == .none
      ? nodes.origins[Int(node)] : history.dot(of: log.entries[Int(entry)].stamp)
  }

  /// Whether somebody wrote the content of an object, or made it stand for a scope, without having
  /// been seen.
  private func wasWritten(_ node: Node, notIn cover: Cover) -> Bool {
    hasHead(nodes.contents[Int(node)], notIn: cover)
      || hasHead(attributes.head(node, .scope), notIn: cover)
  }

  private func hasHead(_ first: UInt32, notIn cover: Cover) -> Bool {
    var head = first
    while head != .none {
      if !cover.includes(heads.dots[Int(head)]) { return true }
      head = heads.next[Int(head)]
    }
    return false
  }

  /// Shows an object and the folders around it, up to one that is not in the trash.
  private func show(_ start: Node, in rescue: inout Rescue) {
    var path: [Node] = []
    var step = start
    while !rescue.shown.contains(step) {
      rescue.shown.insert(step)
      path.append(step)
      guard nodes.parents[Int(step)] == .trash else {
        step = nodes.parents[Int(step)]
        continue
      }
      let home = log.deletion(of: step, nodes: nodes).home
      rescue.homes[step] = home
      if !nodes.isAncestor(.trash, of: home) { return }
      step = home
    }
    // Either an object that was shown before, or a circle of homes in this very path.
    guard let start = path.firstIndex(of: step) else { return }
    let circle = path[start...].filter { nodes.parents[Int($0)] == .trash }
    let oldest = circle.min { creationKey($0) < creationKey($1) }
    if let oldest { rescue.homes[oldest] = .root }
  }

  private func creationKey(_ node: Node) -> UInt64 {
    history.stamp(of: nodes.origins[Int(node)]).key(history.ranks)
  }

  // MARK: - Visible places

  /// Whether an object is in the root by the move log.
  ///
  /// Complexity: O(depth).
  func isLive(_ node: Node) -> Bool {
    children.first(in: .trash) == .none || !nodes.isAncestor(.trash, of: node)
  }

  /// Whether an object is shown: live or rescued.
  ///
  /// Complexity: O(depth).
  func isShown(_ node: Node, _ rescue: borrowing Rescue) -> Bool {
    isLive(node) || rescue.shown.contains(node)
  }

  /// The folder in which a shown object is shown.
  func shownParent(_ node: Node, _ rescue: borrowing Rescue) -> Node {
    let parent = nodes.parents[Int(node)]
    return parent == .trash ? rescue.homes[node] ?? .root : parent
  }

  /// The shown objects that are in the trash by the move log and appear somewhere below a folder
  /// that is shown; sorted by creation.
  func arrivals(below folder: Node, _ rescue: Rescue) -> [Node] {
    rescue.homes.keys
      .filter { $0 != folder && isShown($0, below: folder, rescue) }
      .sorted { creationKey($0) < creationKey($1) }
  }

  /// Whether a shown object is a folder or appears somewhere below it.
  func isShown(_ node: Node, below folder: Node, _ rescue: Rescue) -> Bool {
    var step = node
    while step != .root {
      if step == folder { return true }
      step = shownParent(step, rescue)
    }
    return false
  }
}

/// Of each replica, how many operations a deletion had seen.
struct Cover {
  var ends: ContiguousArray<UInt32>

  func includes(_ dot: Dot) -> Bool { dot.counter < ends[dot.replica] }
}

/// Makes covers; remembers the last batch, since deletions come many in a batch.
private struct CoverSource {
  private var replica = -1
  private var batch = -1
  private var seen: ContiguousArray<UInt32> = []

  /// What at least one of the deletions that followed each other last had seen.
  mutating func cover(of node: Node, in tree: Tree) -> Cover {
    var ends = ContiguousArray<UInt32>(repeating: 0, count: tree.history.replicas.count)
    for entry in tree.log.deletion(of: node, nodes: tree.nodes).entries {
      let dot = tree.history.dot(of: tree.log.entries[entry].stamp)
      let batch = tree.history.replicas[dot.replica].batch(ofCounter: dot.counter)
      if dot.replica != replica || batch != self.batch {
        replica = dot.replica
        self.batch = batch
        seen = tree.history.seen(replica: replica, batch: batch)
      }
      for other in ends.indices { ends[other] = max(ends[other], seen[other]) }
      ends[dot.replica] = max(ends[dot.replica], dot.counter)
    }
    return Cover(ends: ends)
  }
}
