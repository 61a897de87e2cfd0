/// The objects that a batch creates itself: they have numbers, but are not in the tree yet.
struct OwnCreations {
  private let firstNode: Node
  private let firstCounter: UInt64
  private var nodes: ContiguousArray<Node> = []
  private var kinds: ContiguousArray<ObjectKind> = []

  init(firstNode: Node, firstCounter: UInt64) {
    self.firstNode = firstNode
    self.firstCounter = firstCounter
  }

  var count: Int { kinds.count }

  mutating func reserve(_ count: Int) { nodes.reserveCapacity(count) }

  mutating func append(at index: Int, kind: ObjectKind) -> Node {
    while nodes.count < index { nodes.append(.none) }
    let node = firstNode + Node(kinds.count)
    nodes.append(node)
    kinds.append(kind)
    return node
  }

  /// The object that an operation of this batch created; `.none` when it did not or comes later.
  func node(of counter: UInt64) -> Node {
    let index = counter - firstCounter
    return index < UInt64(nodes.count) ? nodes[Int(index)] : .none
  }

  func kind(of node: Node, in tree: borrowing Tree) -> ObjectKind {
    node < firstNode ? tree.nodes.kinds[Int(node)] : kinds[Int(node - firstNode)]
  }
}
