/// The objects of a tree as columns; position 0 is the root, position 1 the trash.
struct Nodes {
  /// The operation that created the object.
  private(set) var origins: ContiguousArray<Dot> = [Dot(raw: .max), Dot(raw: .max)]
  private(set) var kinds: ContiguousArray<ObjectKind> = [.folder, .folder]
  /// Where the object was created.
  private(set) var birthParents: ContiguousArray<Node> = [.none, .none]
  /// Where it is now, after all moves that took effect.
  var parents: ContiguousArray<Node> = [.none, .none]
  /// The entry of the move log that put it there, or `.none` when it never moved.
  var placements: ContiguousArray<UInt32> = [.none, .none]
  var names: ContiguousArray<ByteHeap.Place> = [.empty, .empty]
  /// The renaming that gave the name, or `Stamp.none` when it is the first name.
  var nameStamps: ContiguousArray<Stamp> = [.none, .none]
  /// The first head of the content, or `.none`.
  var contents: ContiguousArray<UInt32> = [.none, .none]

  var count: Int { kinds.count }

  mutating func reserve(_ more: Int) {
    let total = count + more
    origins.makeRoom(total)
    kinds.makeRoom(total)
    birthParents.makeRoom(total)
    parents.makeRoom(total)
    placements.makeRoom(total)
    names.makeRoom(total)
    nameStamps.makeRoom(total)
    contents.makeRoom(total)
  }

  mutating func append(origin: Dot, kind: ObjectKind, parent: Node, name: ByteHeap.Place) -> Node {
    let node = Node(kinds.count)
    origins.append(origin)
    kinds.append(kind)
    birthParents.append(parent)
    parents.append(parent)
    placements.append(.none)
    names.append(name)
    nameStamps.append(.none)
    contents.append(.none)
    return node
  }

  mutating func removeLast() {
    origins.removeLast()
    kinds.removeLast()
    birthParents.removeLast()
    parents.removeLast()
    placements.removeLast()
    names.removeLast()
    nameStamps.removeLast()
    contents.removeLast()
  }

  /// Whether a node is an ancestor of another, or the same.
  ///
  /// Complexity: O(depth).
  func isAncestor(_ ancestor: Node, of node: Node) -> Bool {
    var step = node
    while step != .none {
      if step == ancestor { return true }
      step = parents[Int(step)]
    }
    return false
  }
}
