extension Tree {
  /// Checks what must hold of every tree, from scratch: for tests.
  ///
  /// Throws `inconsistent`. Complexity: O(*n* · depth).
  public func checkInvariants() throws(CRDTError) {
    try checkPlaces()
    try checkChildren()
    try checkRescue()
    try checkVectors()
  }

  private func require(_ isTrue: Bool, _ sentence: String) throws(CRDTError) {
    guard isTrue else { throw CRDTError(.inconsistent, sentence) }
  }

  /// The parents are what doing all moves in order gives; nothing goes in circles.
  private func checkPlaces() throws(CRDTError) {
    var parents = nodes.birthParents
    var last: UInt64 = 0
    for entry in 0..<log.count {
      let key = log.entries[entry].stamp.key(history.ranks)
      try require(key > last, "the move log is not sorted")
      last = key
      var step = log.entries[entry].target
      while step != .none, step != log.entries[entry].object { step = parents[Int(step)] }
      let isRefused = log.entries[entry].previous == MoveLog.refused
      try require(isRefused == (step != .none), "a move is refused wrongly, or should be")
      if step == .none { parents[Int(log.entries[entry].object)] = log.entries[entry].target }
    }
    try require(parents == nodes.parents, "the parents are not what the moves give")
    for node in 2..<nodes.count {
      var depth = 0
      var step = Node(node)
      while step > .trash {
        step = nodes.parents[Int(step)]
        depth += 1
        try require(depth <= nodes.count, "the parents go in a circle")
      }
      try require(nodes.kinds[Int(nodes.parents[node])] == .folder, "a parent is no folder")
      try require(NameRules.isValid(names[nodes.names[node]]), "a name is invalid")
    }
  }

  private func checkChildren() throws(CRDTError) {
    try require(children.count == nodes.count, "the index of children has gaps")
    var found = 0
    for folder in 0..<nodes.count {
      var child = children.first(in: Node(folder))
      while child != .none {
        try require(nodes.parents[Int(child)] == Node(folder), "a child is in the wrong list")
        found += 1
        child = children.next(after: child)
      }
    }
    try require(found == nodes.count - 2, "the index of children misses objects")
    for node in 2..<nodes.count {
      var isFound = false
      let hash = Self.nameHash(names[nodes.names[node]])
      children.forEach(in: nodes.parents[node], nameHash: hash) { isFound = isFound || $0 == node }
      try require(isFound, "an object is not found by its name")
    }
  }

  private func checkRescue() throws(CRDTError) {
    let fresh = workOutRescue()
    let known = rescue
    try require(known.shown == fresh.shown && known.homes == fresh.homes, "the rescue is stale")
    for node in fresh.shown {
      var depth = 0
      var step = node
      while step != .root {
        try require(isShown(step, fresh), "a shown object is in a hidden folder")
        step = shownParent(step, fresh)
        depth += 1
        try require(depth <= nodes.count, "the shown folders go in a circle")
      }
    }
  }

  private func checkVectors() throws(CRDTError) {
    for replica in history.replicas {
      try require(replica.lamportStarts.count == replica.sequence, "batch columns differ")
      try require(replica.times.count == replica.sequence, "batch columns differ")
      for (other, steps) in replica.knowledge.enumerated() {
        let known = Int(steps.values.last ?? 0)
        try require(known <= history.replicas[other].sequence, "a batch knew the future")
      }
    }
    for node in nodes.contents.indices where nodes.contents[node] != .none {
      let replicas = heads.heads(nodes.contents[node]).map { heads.dots[Int($0)].replica }
      try require(Set(replicas).count == replicas.count, "two heads are of one replica")
    }
  }
}
