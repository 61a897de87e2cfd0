/// Which objects a folder holds, and which object has a name there: kept up to date by changes.
///
/// The children of a folder are a doubly linked list through three columns; names are found in a
/// hash table over (folder, name) that may hold several objects of one name.
struct ChildIndex {
  private var firsts: ContiguousArray<Node> = [.none, .none]
  private var nexts: ContiguousArray<Node> = [.none, .none]
  private var befores: ContiguousArray<Node> = [.none, .none]
  /// The folder in whose list an object is, which during a merge may differ from its parent.
  private(set) var folders: ContiguousArray<Node> = [.none, .none]
  private var hashes: ContiguousArray<UInt32> = [0, 0]
  private var table = NameTable()

  init() {}

  /// Indexes all objects at once.
  init(folders: ContiguousArray<Node>, nameHashes: ContiguousArray<UInt32>) {
    self.folders = folders
    hashes = nameHashes
    firsts = ContiguousArray(repeating: .none, count: folders.count)
    nexts = firsts
    befores = firsts
    table.reserve(folders.count)
    for node in 2..<max(2, folders.count) { link(Node(node), in: folders[node]) }
  }

  var count: Int { folders.count }

  func first(in folder: Node) -> Node { firsts[Int(folder)] }
  func next(after node: Node) -> Node { nexts[Int(node)] }

  mutating func reserve(_ total: Int) {
    firsts.makeRoom(total)
    nexts.makeRoom(total)
    befores.makeRoom(total)
    folders.makeRoom(total)
    hashes.makeRoom(total)
    table.reserve(total)
  }

  /// Adds the next object.
  mutating func append(folder: Node, nameHash: UInt32) {
    let node = Node(folders.count)
    firsts.append(.none)
    nexts.append(.none)
    befores.append(.none)
    folders.append(.none)
    hashes.append(nameHash)
    link(node, in: folder)
  }

  /// Takes back the last object.
  mutating func removeLast() {
    unlink(Node(folders.count - 1))
    firsts.removeLast()
    nexts.removeLast()
    befores.removeLast()
    folders.removeLast()
    hashes.removeLast()
  }

  mutating func move(_ node: Node, to folder: Node) {
    guard folders[Int(node)] != folder else { return }
    unlink(node)
    link(node, in: folder)
  }

  mutating func rename(_ node: Node, nameHash: UInt32) {
    table.remove(node, hash: hash(node))
    hashes[Int(node)] = nameHash
    table.insert(node, hash: hash(node))
  }

  /// Calls back with every object in a folder whose name has this hash.
  func forEach(in folder: Node, nameHash: UInt32, _ body: (Node) -> Void) {
    table.forEach(hash: NameTable.hash(folder: folder, nameHash: nameHash)) { node in
      if folders[Int(node)] == folder, hashes[Int(node)] == nameHash { body(node) }
    }
  }

  func nameHash(of node: Node) -> UInt32 { hashes[Int(node)] }

  private func hash(_ node: Node) -> UInt32 {
    NameTable.hash(folder: folders[Int(node)], nameHash: hashes[Int(node)])
  }

  private mutating func link(_ node: Node, in folder: Node) {
    let first = firsts[Int(folder)]
    nexts[Int(node)] = first
    befores[Int(node)] = .none
    if first != .none { befores[Int(first)] = node }
    firsts[Int(folder)] = node
    folders[Int(node)] = folder
    table.insert(node, hash: hash(node))
  }

  private mutating func unlink(_ node: Node) {
    table.remove(node, hash: hash(node))
    let next = nexts[Int(node)]
    let before = befores[Int(node)]
    if next != .none { befores[Int(next)] = before }
    if before == .none {
      firsts[Int(folders[Int(node)])] = next
    } else {
      nexts[Int(before)] = next
    }
  }
}
