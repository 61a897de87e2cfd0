extension FolderDiff {
  /// The changes, once all listings were added.
  ///
  /// Folders of which no listing came count as unreadable. Complexity: O(objects + changes · log
  /// changes).
  public consuming func finish() -> FolderChanges {
    var diff = self
    if !diff.nodes.isEmpty { diff.index.prepareInodes() }
    diff.answerFolders()
    diff.answerFilesAtPlace()
    diff.answerRest()
    diff.emitArrivals()
    diff.emitChanged()
    diff.emitDepartures()
    diff.emitLinks()
    return diff.result
  }

  // MARK: Answers

  /// The row of the folder that holds a node; nothing when that folder is new or dropped.
  private func parentRow(of node: Int) -> UInt32? {
    switch parent(of: node) {
    case .row(let row): return row
    case .node(let parent):
      switch nodes[Int(parent)].answer {
      case .atPlace(let row), .moved(let row): return row
      case .open, .created, .dropped: return nil
      }
    }
  }

  /// The row at a node's place, whatever it is.
  private func holder(of node: Int) -> UInt32? {
    guard let parent = parentRow(of: node) else { return nil }
    return withName(of: node) { index.row(in: parent, named: $0) }
  }

  private func isUnseen(_ row: UInt32) -> Bool { !rowStates[Int(row)].contains(.seen) }

  /// Folders, from the root down: nodes come after the nodes that hold them.
  private mutating func answerFolders() {
    var folders: [LinkKey: [FileStat]] = [:]
    for node in nodes.indices where kind(of: node) == .folder {
      let stat = stat(of: node)
      folders[LinkKey(device: stat.device, inode: stat.inode), default: []].append(stat)
    }
    for node in nodes.indices where kind(of: node) == .folder {
      let holder = holder(of: node)
      let place = holder.flatMap { row in
        isUnseen(row) && index.columns.rows[Int(row)].kind == .folder ? row : nil
      }
      if let place, isSameThing(stat(of: node), place) {
        answerAtPlace(node, place)
      } else if let row = movedFolder(node) {
        answerMoved(node, row)
      } else if let place, !isElsewhere(place, folders) {
        answerAtPlace(node, place)
      } else {
        answerNew(node, holder: holder)
      }
      markListed(node)
    }
  }

  /// A known folder that is missing at its place and is this one on the disk.
  private func movedFolder(_ node: Int) -> UInt32? {
    let stat = stat(of: node)
    return candidates(stat).first { row in
      // Without times of birth an equal number may be one given out again.
      let entry = index.columns.rows[Int(row)]
      let isBornKnown = entry.bornMark != 0 && stat.born != FileTime(seconds: 0)
      return isBornKnown || entry.modified == stat.modified
    }
  }

  /// True when what a row stands for is among the nodes, so that what has its place now is
  /// another.
  private func isElsewhere(_ row: UInt32, _ stats: [LinkKey: [FileStat]]) -> Bool {
    let entry = index.columns.rows[Int(row)]
    let device = index.devices[Int(entry.device)]
    let found = stats[LinkKey(device: device, inode: entry.inode)] ?? []
    return found.contains { isSameThing($0, row) }
  }

  /// Files and links at the places of known ones: first those that are the very same, then those
  /// that changed places with others, then those that were written anew.
  private mutating func answerFilesAtPlace() {
    for node in nodes.indices {
      guard let row = fileHolder(of: node), isSameThing(stat(of: node), row) else {
        continue
      }
      answerAtPlace(node, row)
    }
    let stats = openFileStats()
    for node in nodes.indices {
      guard let row = fileHolder(of: node) else { continue }
      if isElsewhere(row, stats), let moved = movedFile(node) {
        answerMoved(node, moved)
      } else {
        answerAtPlace(node, row)
      }
    }
  }

  /// The row at a node's place when it is a file or link of its kind, and neither is settled.
  private func fileHolder(of node: Int) -> UInt32? {
    guard case .open = nodes[node].answer, kind(of: node) != .folder,
      let row = holder(of: node), isUnseen(row),
      index.columns.rows[Int(row)].kind == kind(of: node)
    else { return nil }
    return row
  }

  private func openFileStats() -> [LinkKey: [FileStat]] {
    var stats: [LinkKey: [FileStat]] = [:]
    for node in nodes.indices where kind(of: node) != .folder {
      guard case .open = nodes[node].answer else { continue }
      let stat = stat(of: node)
      stats[LinkKey(device: stat.device, inode: stat.inode), default: []].append(stat)
    }
    return stats
  }

  private mutating func answerRest() {
    for node in nodes.indices {
      guard case .open = nodes[node].answer else { continue }
      if let row = movedFile(node) {
        answerMoved(node, row)
      } else {
        answerNew(node, holder: holder(of: node))
      }
    }
  }

  private func movedFile(_ node: Int) -> UInt32? {
    let stat = stat(of: node)
    guard stat.kind == .file || stat.kind == .symlink, isReachable(node) else { return nil }
    let rows = candidates(stat).filter { row in
      let known = index.columns.rows[Int(row)]
      return known.sizeBytes == stat.sizeBytes && known.modified == stat.modified
    }
    let sameName = rows.first { row in
      withName(of: node) { name in
        index.columns.withName(of: row) { compareNames($0, name) == 0 }
      }
    }
    return sameName ?? rows.first
  }

  /// Objects that are this thing on the disk and certainly gone from their places, in the order
  /// of their keys.
  private func candidates(_ stat: FileStat) -> [UInt32] {
    guard let device = index.deviceSlot(stat.device) else { return [] }
    return index.rows(device: device, inode: stat.inode)
      .filter { isUnseen($0) && isSameThing(stat, $0) && !isUnknown($0) }
      .sorted { index.columns.rows[Int($0)].key < index.columns.rows[Int($1)].key }
  }

  /// True when nothing can be said of a row that was not seen, because the folder that holds it
  /// was not read to its end.
  private func isUnknown(_ row: UInt32) -> Bool {
    var parent = index.columns.rows[Int(row)].parent
    while parent != IndexColumns.none {
      let state = rowStates[Int(parent)]
      if state.contains(.seen) { return !state.contains(.listed) }
      parent = index.columns.rows[Int(parent)].parent
    }
    return !rootIsListed
  }

  /// False in folders that are dropped: nothing can be put there.
  private func isReachable(_ node: Int) -> Bool {
    guard case .node(let parent) = parent(of: node) else { return true }
    if case .dropped = nodes[Int(parent)].answer { return false }
    return true
  }

  private mutating func answerAtPlace(_ node: Int, _ row: UInt32) {
    nodes[node].answer = .atPlace(row)
    settle(row, stat(of: node), in: folder(of: node))
  }

  /// The change time says nothing here: renaming moves it.
  private mutating func answerMoved(_ node: Int, _ row: UInt32) {
    let stat = stat(of: node)
    nodes[node].answer = .moved(row)
    rowStates[Int(row)].insert(.seen)
    noteLink(stat, .row(row))
    let known = index.columns.rows[Int(row)]
    let sameMode = known.mode == UInt16(truncatingIfNeeded: stat.mode)
    let action: LocalChange.Action? =
      if stat.kind != .folder && !known.isSettled {
        .contentMaybeChanged
      } else {
        sameMode && known.modified == stat.modified ? nil : .attributesChanged
      }
    if let action { movedAndChanged.append((node, action)) }
  }

  private mutating func answerNew(_ node: Int, holder: UInt32?) {
    let stat = stat(of: node)
    let (listing, position) = (Int(nodes[node].listing), Int(nodes[node].position))
    guard stat.kind.isKept, !listings[listing].entries.isIgnored(at: position), isReachable(node)
    else {
      nodes[node].answer = .dropped
      return
    }
    if let holder, index.columns.rows[Int(holder)].kind != stat.kind {
      replaced[node] = index.columns.rows[Int(holder)].key
    }
    // Numbers are given when the changes are written out in order.
    nodes[node].answer = .created(0)
    noteLink(stat, .node(UInt32(node)))
  }

  private mutating func markListed(_ node: Int) {
    let row: UInt32
    switch nodes[node].answer {
    case .atPlace(let place): row = place
    case .moved(let moved): row = moved
    case .open, .created, .dropped: return
    }
    if nodes[node].isListed { markListed(row) }
    for name in unreadable[node] ?? [] {
      let child = name.bytes.withUnsafeBytes { index.row(in: row, named: $0) }
      if let child { rowStates[Int(child)].insert(.seen) }
    }
  }
}
