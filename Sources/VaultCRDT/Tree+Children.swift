extension Tree {
  /// What a folder shows, sorted by the bytes of the names; no two names are alike.
  ///
  /// A folder in the trash shows what was deleted with it. Complexity: O(*n* log *n*).
  public func children(of folder: ObjectID) -> [Child] {
    guard let node = node(folder), nodes.kinds[Int(node)] == .folder, node != .trash else {
      return []
    }
    return listed(in: node, rescue).map { entry in
      Child(
        object: identifier(entry.node), kind: nodes.kinds[Int(entry.node)], name: entry.name,
        isClash: entry.isClash)
    }
  }

  /// Calls back with every shown folder and what it shows, each folder after the one it is in.
  ///
  /// Complexity: O(*n* log *n*).
  public func forEachFolder(_ body: (_ folder: ObjectID, _ children: [Child]) throws -> Void)
    rethrows
  {
    var waiting = [ObjectID.root]
    while let folder = waiting.popLast() {
      let shown = children(of: folder)
      try body(folder, shown)
      for child in shown where child.kind == .folder { waiting.append(child.object) }
    }
  }

  // MARK: - Names

  struct Listed {
    var node: Node
    var name: [UInt8]
    var isClash = false
  }

  /// The shown objects of a folder, in no particular order.
  func shownNodes(in folder: Node, _ rescue: borrowing Rescue) -> [Node] {
    let isRescued = rescue.shown.contains(folder)
    var shown: [Node] = []
    var child = children.first(in: folder)
    while child != .none {
      if !isRescued || rescue.shown.contains(child) { shown.append(child) }
      child = children.next(after: child)
    }
    if let arrivals = rescue.arrivals[folder] { shown += arrivals }
    return shown
  }

  /// The shown objects of a folder under their visible names, sorted.
  func listed(in folder: Node, _ rescue: Rescue) -> [Listed] {
    let sorted = sortedByName(shownNodes(in: folder, rescue))
    var listed: [Listed] = []
    listed.reserveCapacity(sorted.count)
    var clashes: [ArraySlice<Node>] = []
    var start = 0
    while start < sorted.count {
      let name = nodes.names[Int(sorted[start])]
      var end = start + 1
      while end < sorted.count, names.equals(nodes.names[Int(sorted[end])], name) { end += 1 }
      if end - start == 1 {
        listed.append(Listed(node: sorted[start], name: Array(names[name])))
      } else {
        clashes.append(sorted[start..<end])
      }
      start = end
    }
    guard !clashes.isEmpty else { return listed }
    listed += resolved(clashes, wanted: sorted)
    return listed.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// Sorts by the names' first eight bytes, which nearly always decides, and then by all.
  private func sortedByName(_ shown: [Node]) -> [Node] {
    shown.map { (prefix: names.prefix(nodes.names[Int($0)]), node: $0) }
      .sorted { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        return names.precedes(nodes.names[Int(left.node)], nodes.names[Int(right.node)])
      }
      .map(\.node)
  }

  /// The rule of docs/spec/crdt.md, "Names that clash": the first claim keeps the name, later ones
  /// are marked, in the order of their claims, so that they meet no name that is wanted or given.
  private func resolved(_ clashes: [ArraySlice<Node>], wanted: [Node]) -> [Listed] {
    var taken = Set(wanted.map { Array(names[nodes.names[Int($0)]]) })
    var listed: [Listed] = []
    var losers: [(claim: UInt64, node: Node)] = []
    for group in clashes {
      let claims = group.map { (claim: claim(of: $0).key(history.ranks), node: $0) }
        .sorted { $0.claim < $1.claim }
      let winner = claims[0].node
      listed.append(Listed(node: winner, name: Array(names[nodes.names[Int(winner)]])))
      losers += claims.dropFirst()
    }
    var attempts: [[UInt8]: Int] = [:]
    for (_, node) in losers.sorted(by: { $0.claim < $1.claim }) {
      let name = Array(names[nodes.names[Int(node)]])
      let claim = history.dot(of: claim(of: node))
      let label = conflictLabel.bytes(
        replica: history.key(of: claim), time: history.time(of: claim))
      let isFolder = nodes.kinds[Int(node)] == .folder
      let first = ClashName.make(name, isFolder: isFolder, label: label, attempt: 1)
      var attempt = attempts[first, default: 0]
      var candidate = first
      repeat {
        attempt += 1
        candidate = ClashName.make(name, isFolder: isFolder, label: label, attempt: attempt)
      } while !taken.insert(candidate).inserted
      attempts[first] = attempt
      listed.append(Listed(node: node, name: candidate, isClash: true))
    }
    return listed
  }

  /// The operation that gave an object its name in its folder: the later of naming and placing.
  func claim(of node: Node) -> Stamp {
    let birth = history.stamp(of: nodes.origins[Int(node)])
    let entry = nodes.placements[Int(node)]
    let placed = entry == .none ? birth : log.entries[Int(entry)].stamp
    let named = nodes.nameStamps[Int(node)] == .none ? birth : nodes.nameStamps[Int(node)]
    return placed.key(history.ranks) > named.key(history.ranks) ? placed : named
  }

  /// The shown objects of a folder that want a name.
  func wanting(_ name: some Collection<UInt8>, in folder: Node, _ rescue: borrowing Rescue)
    -> [Node]
  {
    let isRescued = rescue.shown.contains(folder)
    var found: [Node] = []
    children.forEach(in: folder, nameHash: Self.nameHash(name)) { node in
      let isHidden = isRescued && !rescue.shown.contains(node)
      if !isHidden, names.equals(nodes.names[Int(node)], name) { found.append(node) }
    }
    for node in rescue.arrivals[folder] ?? [] where names.equals(nodes.names[Int(node)], name) {
      found.append(node)
    }
    return found
  }

  /// The visible name of a shown object in its folder.
  func shownName(_ node: Node, in folder: Node, _ rescue: Rescue) -> [UInt8] {
    let wanted = names[nodes.names[Int(node)]]
    guard wanting(wanted, in: folder, rescue).count > 1 else { return Array(wanted) }
    return listed(in: folder, rescue).first { $0.node == node }?.name ?? Array(wanted)
  }

  /// The object that a folder shows under a name.
  func shownNode(named name: [UInt8], in folder: Node, _ rescue: Rescue) -> Node? {
    let wanting = wanting(name, in: folder, rescue)
    if wanting.isEmpty {
      // A name that nobody wants may still be one that was given to the second of a clash.
      guard ClashName.isPossible(name) else { return nil }
      return listed(in: folder, rescue).first { $0.name == name }?.node
    }
    return wanting.min { claim(of: $0).key(history.ranks) < claim(of: $1).key(history.ranks) }
  }
}
