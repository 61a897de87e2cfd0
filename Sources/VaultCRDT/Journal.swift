/// What a draft has done, so that it can be taken back when its body throws.
struct Journal {
  enum Step {
    case created
    case moved(Node)
    case renamed(Node, ByteHeap.Place, Stamp)
    case content(Node, UInt32)
    case attribute(Node, AttributeKey, UInt32)
    case setting([UInt8], UInt32?)
  }

  private var steps: [Step] = []

  mutating func append(_ step: Step) { steps.append(step) }

  /// Takes everything back, last first.
  ///
  /// Heaps and pools keep what was appended, as garbage.
  func undo(in tree: inout Tree) {
    for step in steps.reversed() {
      switch step {
      case .created:
        let node = Node(tree.nodes.count - 1)
        tree.names.discard(tree.nodes.names[Int(node)])
        tree.children.removeLast()
        tree.nodes.removeLast()
      case .moved(let node):
        tree.log.undoLast(nodes: &tree.nodes)
        tree.children.move(node, to: tree.nodes.parents[Int(node)])
      case .renamed(let node, let name, let stamp):
        tree.names.discard(tree.nodes.names[Int(node)])
        tree.names.reclaim(name)
        tree.setName(node, name, stamp)
      case .content(let node, let head):
        tree.heads.restore(head, insteadOf: tree.nodes.contents[Int(node)])
        tree.nodes.contents[Int(node)] = head
      case .attribute(let node, let key, let head):
        tree.heads.restore(head, insteadOf: tree.attributes.head(node, key))
        tree.attributes.set(head, node, key)
      case .setting(let key, let head):
        tree.heads.restore(head ?? .none, insteadOf: tree.settings[key] ?? .none)
        tree.settings[key] = head
      }
    }
  }
}
