public import VaultEncoding

extension Tree {
  /// Whether an object has been created; the constants count too.
  public func contains(_ object: ObjectID) -> Bool { node(object) != nil }

  /// What an object is; nil when it does not exist.
  public func kind(of object: ObjectID) -> ObjectKind? {
    node(object).map { nodes.kinds[Int($0)] }
  }

  /// The folder in which an object is shown; the trash when it is hidden; nil for the root and the
  /// trash.
  ///
  /// Complexity: O(depth).
  public func parent(of object: ObjectID) -> ObjectID? {
    guard let node = node(object), node > .trash else { return nil }
    let rescue = self.rescue
    return isShown(node, rescue) ? identifier(shownParent(node, rescue)) : .trash
  }

  /// The name that was last given to an object, which a clash may change for display.
  public func wantedName(of object: ObjectID) -> [UInt8]? {
    guard let node = node(object), node > .trash else { return nil }
    return Array(names[nodes.names[Int(node)]])
  }

  /// The visible name of an object; nil when it is hidden or a constant.
  public func name(of object: ObjectID) -> [UInt8]? {
    let rescue = self.rescue
    guard let node = node(object), node > .trash, isShown(node, rescue) else { return nil }
    return shownName(node, in: shownParent(node, rescue), rescue)
  }

  /// The visible names from the root down to an object; nil when it is hidden or unknown.
  public func path(of object: ObjectID) -> [[UInt8]]? {
    let rescue = self.rescue
    guard var node = node(object), node != .trash, isShown(node, rescue) else { return nil }
    var path: [[UInt8]] = []
    while node != .root {
      let folder = shownParent(node, rescue)
      path.append(shownName(node, in: folder, rescue))
      node = folder
    }
    return path.reversed()
  }

  /// The object that is shown at a path of visible names; the empty path is the root.
  public func object(at path: [[UInt8]]) -> ObjectID? {
    let rescue = self.rescue
    var node = Node.root
    for name in path {
      guard let child = shownNode(named: name, in: node, rescue) else { return nil }
      node = child
    }
    return identifier(node)
  }

  // MARK: - Trash

  /// Whether an object is hidden because it, or a folder around it, was deleted.
  public func isTrashed(_ object: ObjectID) -> Bool {
    guard let node = node(object), node > .trash else { return false }
    return !isShown(node, rescue)
  }

  /// What was deleted and can be restored, in the order of creation.
  ///
  /// What lies inside of a deleted folder is not listed by itself. Complexity: O(*n* log *n*).
  public func trashed() -> [Trashed] {
    let rescue = self.rescue
    var found: [Node] = []
    var folders: [Node] = [.trash]
    while let folder = folders.popLast() {
      var child = children.first(in: folder)
      while child != .none {
        if rescue.shown.contains(child) { folders.append(child) } else { found.append(child) }
        child = children.next(after: child)
      }
    }
    return found.map { (key: history.stamp(of: nodes.origins[Int($0)]).key(history.ranks), $0) }
      .sorted { $0.key < $1.key }
      .map { described($0.1) }
  }

  private func described(_ node: Node) -> Trashed {
    var deleted = node
    while nodes.parents[Int(deleted)] != .trash { deleted = nodes.parents[Int(deleted)] }
    let dot = history.dot(of: log.entries[Int(nodes.placements[Int(deleted)])].stamp)
    return Trashed(
      object: identifier(node), kind: nodes.kinds[Int(node)],
      name: Array(names[nodes.names[Int(node)]]), home: identifier(home(of: node)),
      replica: history.key(of: dot), time: history.time(of: dot))
  }

  /// The folder in which an object was when it was deleted by itself, or is.
  func home(of node: Node) -> Node {
    let parent = nodes.parents[Int(node)]
    return parent == .trash ? log.deletion(of: node, nodes: nodes).home : parent
  }

  // MARK: - Registers

  /// The contents of an object: all that no later write has replaced, the one that counts first,
  /// then by time and replica.
  ///
  /// Several mean that it was written concurrently.
  public func contents(of object: ObjectID) -> [ContentHead] {
    guard let node = node(object) else { return [] }
    return sortedHeads(nodes.contents[Int(node)]).map { head in
      let dot = heads.dots[Int(head)]
      return ContentHead(
        value: Array(heads.heap[heads.values[Int(head)]]), replica: history.key(of: dot),
        counter: UInt64(dot.counter), time: history.time(of: dot))
    }
  }

  /// Whether an object was written concurrently: whether `contents(of:)` has several.
  public func hasSeveralContents(_ object: ObjectID) -> Bool {
    guard let node = node(object), nodes.contents[Int(node)] != .none else { return false }
    return heads.next[Int(nodes.contents[Int(node)])] != .none
  }

  /// What a replica wrote into an attribute, if no later write has replaced it; else as
  /// `attribute(of:_:)`.
  ///
  /// It belongs to the content that this replica wrote concurrently with others.
  public func attribute(
    of object: ObjectID, _ key: AttributeKey, by replica: Bytes32
  ) -> [UInt8]? {
    guard let node = node(object) else { return nil }
    let first = attributes.head(node, key)
    guard first != .none else { return nil }
    let own = heads.heads(first).first { history.key(of: heads.dots[Int($0)]) == replica }
    guard let own else { return value(first) }
    let place = heads.values[Int(own)]
    return place == .absent ? nil : Array(heads.heap[place])
  }

  /// An attribute of an object: of concurrent values the one with the latest clock.
  public func attribute(of object: ObjectID, _ key: AttributeKey) -> [UInt8]? {
    guard let node = node(object) else { return nil }
    return value(attributes.head(node, key))
  }

  /// The objects that have an attribute with a value, such as the names of one hard-linked file;
  /// sorted.
  ///
  /// Hidden ones are left out. Complexity: O(objects with the attribute).
  public func objects(with key: AttributeKey, equalTo value: [UInt8]) -> [ObjectID] {
    let rescue = self.rescue
    var found: [ObjectID] = []
    attributes.column(key)?.visitRegisters { node, head in
      if self.value(head) == value, isShown(node, rescue) { found.append(identifier(node)) }
    }
    return found.sorted()
  }

  /// Every object that has an attribute, hidden ones too, with its value; in no particular order.
  ///
  /// Complexity: O(objects with the attribute).
  public func values(of key: AttributeKey) -> [(object: ObjectID, value: [UInt8])] {
    var found: [(object: ObjectID, value: [UInt8])] = []
    attributes.column(key)?.visitRegisters { node, head in
      if let value = value(head) { found.append((identifier(node), value)) }
    }
    return found
  }

  /// The shown objects that have a value of an attribute in common: each group sorted, and all of
  /// them by their first.
  ///
  /// Complexity: O(*n* log *n*) for *n* objects with the attribute.
  public func groups(sharing key: AttributeKey) -> [[ObjectID]] {
    var found: [(prefix: UInt64, node: Node, place: ByteHeap.Place)] = []
    attributes.column(key)?.visitRegisters { node, head in
      guard let place = place(head) else { return }
      found.append((heads.heap.prefix(place), node, place))
    }
    found.sort { $0.prefix < $1.prefix }
    let rescue = self.rescue
    var groups: [[ObjectID]] = []
    var start = 0
    while start < found.count {
      let end = found[start...].firstIndex { $0.prefix != found[start].prefix } ?? found.count
      defer { start = end }
      guard end - start > 1 else { continue }
      let shown = found[start..<end].filter { isShown($0.node, rescue) }
      for group in Dictionary(grouping: shown, by: { heads.heap[$0.place] }).values
      where group.count > 1 {
        groups.append(group.map { identifier($0.node) }.sorted())
      }
    }
    return groups.sorted { $0[0] < $1[0] }
  }

  /// A setting of the scope: of concurrent values the one with the latest clock.
  public func setting(_ key: [UInt8]) -> [UInt8]? { value(settings[key] ?? .none) }

  /// The settings whose keys start with some bytes, sorted by key.
  ///
  /// Complexity: O(all settings).
  public func settings(prefix: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
    settings.keys.filter { $0.starts(with: prefix) }
      .sorted { $0.lexicographicallyPrecedes($1) }
      .compactMap { key in setting(key).map { (key, $0) } }
  }

  private func value(_ first: UInt32) -> [UInt8]? { place(first).map { Array(heads.heap[$0]) } }

  /// Where the value of a register lies; nil when there is none.
  private func place(_ first: UInt32) -> ByteHeap.Place? {
    guard let head = sortedHeads(first).first else { return nil }
    let place = heads.values[Int(head)]
    return place == .absent ? nil : place
  }

  /// The heads of a register, the one that counts first: by time, latest first, then by the keys of
  /// the replicas, greatest first.
  ///
  /// No two heads are of one replica.
  func sortedHeads(_ first: UInt32) -> [UInt32] {
    guard first != .none else { return [] }
    if heads.next[Int(first)] == .none { return [first] }
    return heads.heads(first).sorted { left, right in
      let (leftDot, rightDot) = (heads.dots[Int(left)], heads.dots[Int(right)])
      let (leftTime, rightTime) = (history.time(of: leftDot), history.time(of: rightDot))
      if leftTime != rightTime { return leftTime > rightTime }
      return history.sortKey(of: leftDot) > history.sortKey(of: rightDot)
    }
  }
}
