import VaultEncoding

/// Checks a batch against the history that it says it knows, and nothing else, so that all replicas
/// come to the same verdict; and finds the objects that it refers to.
///
/// docs/spec/crdt.md, "What merging refuses".
struct BatchCheck {
  /// The index of each replica of the batch's table, or -1 when the tree does not know it.
  private(set) var replicas: [Int] = []
  /// Per replica of the tree: how many batches the batch has seen that its predecessor had not.
  private(set) var learned: [(replica: Int, sequence: Int)] = []
  /// Per replica of the tree: how many of its operations the batch has seen.
  private(set) var seen: ContiguousArray<UInt32> = []
  /// The object and the folder of each operation; new objects are numbered from the tree's count.
  private(set) var objects: ContiguousArray<Node> = []
  private(set) var parents: ContiguousArray<Node> = []

  /// What a batch waits for; empty when it can be checked.
  static func missing(_ batch: Batch, in history: History) -> VersionVector {
    var missing = VersionVector()
    let own = history.index(of: batch.replica).map { history.replicas[$0].sequence } ?? 0
    if batch.sequence > UInt64(own) + 1 { missing[batch.replica] = batch.sequence - 1 }
    for index in 0..<batch.dependencies.count {
      let key = batch.replicas[index + 1]
      let known = history.index(of: key).map { history.replicas[$0].sequence } ?? 0
      let needed = batch.dependencies[key]
      if needed > UInt64(known) { missing[key] = needed }
    }
    return missing
  }

  static func isReady(_ batch: Batch, in history: History) -> Bool {
    let own = history.index(of: batch.replica).map { history.replicas[$0].sequence } ?? 0
    guard batch.sequence == UInt64(own) + 1 else { return false }
    return (0..<batch.dependencies.count).allSatisfy { index in
      let key = batch.replicas[index + 1]
      let known = history.index(of: key).map { history.replicas[$0].sequence } ?? 0
      return batch.dependencies[key] <= UInt64(known)
    }
  }

  init(_ batch: Batch, author: Int, in tree: Tree) throws(CRDTError) {
    replicas = batch.replicas.map { tree.history.index(of: $0) ?? -1 }
    try checkVector(batch, author: author, in: tree.history)
    try checkNumbers(batch, author: author, in: tree.history)
    try resolve(batch, author: author, in: tree)
  }

  /// The vector must grow, and must hold what those that it names had seen.
  private mutating func checkVector(
    _ batch: Batch, author: Int, in history: History
  ) throws(CRDTError) {
    let sequence = history.replicas[author].sequence
    var known = history.replicas.indices.map { history.replicas[author].known(of: $0) }
    known[author] = sequence
    for index in 0..<batch.dependencies.count {
      let replica = replicas[index + 1]
      let value = Int(batch.dependencies[batch.replicas[index + 1]])
      guard replica != author, value > known[replica] else {
        throw CRDTError(.inconsistent, "batch \(batch.sequence): its vector does not grow")
      }
      known[replica] = value
      learned.append((replica, value))
    }
    for (replica, value) in learned {
      for other in known.indices {
        let implied = history.replicas[replica].known(of: other, atBatch: value - 1)
        guard implied <= known[other] else {
          throw CRDTError(.inconsistent, "batch \(batch.sequence): its vector has gaps")
        }
      }
    }
    seen = ContiguousArray(
      known.indices.map { history.replicas[$0].counterEnd(through: known[$0]) })
  }

  private func checkNumbers(
    _ batch: Batch, author: Int, in history: History
  ) throws(CRDTError) {
    var lamport = max(1, history.replicas[author].lamportEnd)
    for (replica, sequence) in learned {
      lamport = max(lamport, history.replicas[replica].lamportEnd(batch: sequence - 1))
    }
    guard batch.lamport == lamport else {
      throw CRDTError(.inconsistent, "batch \(batch.sequence): its Lamport time is not the next")
    }
    guard batch.firstCounter == UInt64(history.replicas[author].counterEnd) else {
      throw CRDTError(.inconsistent, "batch \(batch.sequence): its counter is not the next")
    }
  }

  private mutating func resolve(
    _ batch: Batch, author: Int, in tree: Tree
  ) throws(CRDTError) {
    objects.reserveCapacity(batch.count)
    parents.reserveCapacity(batch.count)
    var created = OwnCreations(firstNode: Node(tree.nodes.count), firstCounter: batch.firstCounter)
    created.reserve(batch.count)
    for (index, operation) in batch.flat.enumerated() {
      var parent = Node.trash
      if operation.kind.hasParent {
        // Before the new object has a number: it cannot be its own parent.
        parent = try find(operation.parent, batch: batch, created: created, in: tree)
        guard parent != .trash, created.kind(of: parent, in: tree) == .folder else {
          throw CRDTError(.inconsistent, "batch \(batch.sequence): a parent is no folder")
        }
      }
      parents.append(parent)
      if let kind = operation.kind.creates {
        objects.append(created.append(at: index, kind: kind))
      } else if operation.kind.hasObject {
        let object = try find(operation.object, batch: batch, created: created, in: tree)
        try checkTarget(operation, object, created: created, in: tree)
        objects.append(object)
      } else {
        objects.append(.none)
      }
    }
    guard tree.nodes.count + created.count <= CRDTLimits.objectsMax else {
      throw CRDTError(.overLimit, "too many objects")
    }
  }

  private func find(
    _ reference: Reference, batch: Batch, created: OwnCreations, in tree: Tree
  ) throws(CRDTError) -> Node {
    if reference.isConstant { return Node(reference.counter) }
    var node = Node.none
    if reference.replica == 0, reference.counter >= batch.firstCounter {
      node = created.node(of: reference.counter)
    } else {
      let replica = replicas[reference.replica]
      if replica >= 0, reference.counter < UInt64(seen[replica]) {
        node = tree.history.replicas[replica].creations.node(of: UInt32(reference.counter))
      }
    }
    guard node != .none else {
      throw CRDTError(.inconsistent, "batch \(batch.sequence): refers to an unknown object")
    }
    return node
  }

  /// The constants are not moved, named or written; folders have no content.
  private func checkTarget(
    _ operation: FlatOperation, _ object: Node, created: OwnCreations, in tree: Tree
  ) throws(CRDTError) {
    let isOnAttributes = operation.kind.hasAttribute
    guard object > .trash || (object == .root && isOnAttributes) else {
      throw CRDTError(.inconsistent, "changes a reserved object")
    }
    guard operation.kind != .setContent || created.kind(of: object, in: tree) != .folder else {
      throw CRDTError(.inconsistent, "writes content to a folder")
    }
  }
}
