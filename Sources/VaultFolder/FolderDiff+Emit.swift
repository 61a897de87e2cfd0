extension FolderDiff {
  /// A change of a node's object, at the node's place.
  ///
  /// Created folders must have their numbers.
  private func change(
    _ action: LocalChange.Action, _ node: Int, _ object: LocalChange.Object
  ) -> LocalChange {
    let entries = listings[Int(nodes[node].listing)].entries
    let name = entries.name(at: Int(nodes[node].position))
    return LocalChange(
      action: action, object: object, parent: folderObject(parent(of: node)),
      path: entries.path.appending(name), stat: stat(of: node))
  }

  private func folderObject(_ folder: DiffNode.Folder) -> LocalChange.Object {
    switch folder {
    case .row(let row): return .known(index.key(ofParent: row))
    case .node(let parent):
      switch nodes[Int(parent)].answer {
      case .created(let number): return .created(Int(number))
      case .atPlace(let row), .moved(let row): return .known(index.key(ofParent: row))
      // Nothing is put into a dropped folder.
      case .open, .dropped: return .known(index.rootKey)
      }
    }
  }

  /// Created and moved objects, from the root down.
  mutating func emitArrivals() {
    var created: UInt32 = 0
    var arrivals: [LocalChanges.Arrival] = []
    var moved: [LocalChange] = []
    var replacing: [Int: FolderKey] = [:]
    arrivals.reserveCapacity(nodes.count)
    for node in nodes.indices {
      switch nodes[node].answer {
      case .created:
        nodes[node].answer = .created(created)
        if let key = replaced[node] { replacing[Int(created)] = key }
        arrivals.append(
          .created(
            number: created, listing: nodes[node].listing, position: nodes[node].position))
        created += 1
      case .moved(let row):
        let action = LocalChange.Action.moved(from: index.path(ofRow: row))
        let key = index.columns.rows[Int(row)].key
        arrivals.append(.moved(UInt32(moved.count)))
        moved.append(change(action, node, .known(key)))
      case .open, .atPlace, .dropped: break
      }
    }
    // A folder is made or moved before what lies in it, so all of them have their numbers by now.
    let places = listings.map { (entries: $0.entries, parent: folderObject($0.parent)) }
    result.changes = LocalChanges(
      arrivals: arrivals, places: places, replacing: replacing, moved: moved)
  }

  /// Objects that changed: where they were, or moved as well.
  mutating func emitChanged() {
    result.changes.append(contentsOf: inPlace)
    for (node, action) in movedAndChanged {
      guard case .moved(let row) = nodes[node].answer else { continue }
      result.changes.append(change(action, node, .known(index.columns.rows[Int(row)].key)))
    }
  }

  /// Objects that are gone, from the leaves up.
  mutating func emitDepartures() {
    var gone: [(depth: Int, row: UInt32)] = []
    var fates = [Fate](repeating: .undecided, count: rowStates.count)
    for row in rowStates.indices where index.columns.rows[row].isLive {
      guard fate(of: UInt32(row), &fates) == .gone else { continue }
      gone.append((depth(of: UInt32(row)), UInt32(row)))
    }
    result.unknownCount = fates.count { $0 == .unknown }
    gone.sort { left, right in
      left.depth == right.depth
        ? index.columns.rows[Int(left.row)].key < index.columns.rows[Int(right.row)].key
        : left.depth > right.depth
    }
    for (_, row) in gone {
      let parent = index.columns.rows[Int(row)].parent
      let isTop = parent == IndexColumns.none || fates[Int(parent)] != .gone
      result.changes.append(
        LocalChange(
          action: .deleted(isTop: isTop), object: .known(index.columns.rows[Int(row)].key),
          parent: .known(index.key(ofParent: parent)), path: index.path(ofRow: row),
          stat: index.stat(of: row)))
    }
  }

  private enum Fate: UInt8 {
    case undecided, here, gone, unknown
  }

  private func fate(of row: UInt32, _ fates: inout [Fate]) -> Fate {
    if fates[Int(row)] != .undecided { return fates[Int(row)] }
    // Up to the first row whose fate is known, then down again: no recursion.
    var chain: [UInt32] = []
    var next = row
    while next != IndexColumns.none, fates[Int(next)] == .undecided {
      chain.append(next)
      next = index.columns.rows[Int(next)].parent
    }
    for row in chain.reversed() {
      fates[Int(row)] = ownFate(of: row, fates)
    }
    return fates[Int(row)]
  }

  private func ownFate(of row: UInt32, _ fates: [Fate]) -> Fate {
    if rowStates[Int(row)].contains(.seen) { return .here }
    let parent = index.columns.rows[Int(row)].parent
    if parent == IndexColumns.none { return rootIsListed ? .gone : .unknown }
    return switch fates[Int(parent)] {
    case .gone: .gone
    case .here: rowStates[Int(parent)].contains(.listed) ? .gone : .unknown
    case .unknown, .undecided: .unknown
    }
  }

  private func depth(of row: UInt32) -> Int {
    var depth = 0
    var next = row
    while next != IndexColumns.none {
      depth += 1
      next = index.columns.rows[Int(next)].parent
    }
    return depth
  }

  mutating func emitLinks() {
    let groups = links.filter { $0.value.count > 1 }.sorted {
      ($0.key.device, $0.key.inode) < ($1.key.device, $1.key.inode)
    }
    result.linkGroups = groups.map { key, members in
      FolderChanges.LinkGroup(
        device: key.device, inode: key.inode, members: members.compactMap(object))
    }
  }

  private func object(_ member: LinkMember) -> LocalChange.Object? {
    switch member {
    case .row(let row): return .known(index.columns.rows[Int(row)].key)
    case .node(let node):
      guard case .created(let number) = nodes[Int(node)].answer else { return nil }
      return .created(Int(number))
    }
  }
}
