import VaultEncoding

extension Tree {
  /// Applies all batches whose history is here, in whatever order they are given; batches that the
  /// tree has already are passed over.
  ///
  /// Never traps, whatever the batches hold.
  ///
  /// Complexity: linear in the operations, and in the moves that are later than the earliest new
  /// one, which are undone and redone once.
  @discardableResult
  public mutating func merge(_ batches: [Batch]) -> MergeOutcome {
    var work = MergeWork(firstNewNode: Node(nodes.count))
    var queues = MergeQueues(batches, history: history)
    reserve(for: batches)
    var isProgressing = true
    while isProgressing {
      isProgressing = false
      for queue in queues.indices {
        while let batch = queues.first(in: queue), !queues.isStuck(queue) {
          guard BatchCheck.isReady(batch, in: history) else { break }
          if let error = apply(batch, to: &work) {
            queues.stop(queue)
            work.outcome.refused.append(
              MergeOutcome.Refusal(
                replica: batch.replica, sequence: batch.sequence, error: error))
          } else {
            queues.removeFirst(in: queue)
            isProgressing = true
          }
        }
      }
    }
    work.outcome.waiting = queues.waiting
    work.outcome.missing = queues.missing(in: history)
    guard work.outcome.appliedCount > 0 else { return work.outcome }
    place(&work)
    compactIfWasteful()
    return work.outcome
  }

  private mutating func reserve(for batches: [Batch]) {
    guard batches.count > 1 || (batches.first?.count ?? 0) > 256 else { return }
    var created = 0
    var nameBytes = 0
    var otherBytes = 0
    var writes = 0
    for batch in batches {
      for operation in batch.flat {
        if operation.kind.creates != nil { created += 1 }
        if operation.kind.hasName {
          nameBytes += Int(operation.count)
        } else if operation.kind.valueBytesMax != nil {
          writes += 1
          otherBytes += operation.valueRange.count
        }
      }
    }
    nodes.reserve(created)
    children.reserve(nodes.count + created)
    names.reserve(nameBytes)
    heads.reserve(heads: heads.count + writes, bytes: otherBytes)
  }

  // MARK: - One batch

  /// Applies one batch but for its moves, which wait for those of the others.
  ///
  /// Nothing is changed when it is refused.
  private mutating func apply(_ batch: Batch, to work: inout MergeWork) -> CRDTError? {
    guard let author = history.addReplica(batch.replica) else {
      return CRDTError(.overLimit, "too many replicas")
    }
    let check: BatchCheck
    do {
      check = try BatchCheck(batch, author: author, in: self)
    } catch {
      history.removeReplicaIfUnused(author)
      return error
    }
    begin(batch, author: author, learned: check.learned)
    for (index, operation) in batch.flat.enumerated() {
      apply(operation, at: index, of: batch, author: author, check: check, to: &work)
    }
    work.outcome.appliedCount += 1
    return nil
  }

  private mutating func begin(
    _ batch: Batch, author: Int, learned: [(replica: Int, sequence: Int)]
  ) {
    let number = history.replicas[author].sequence
    let counter = UInt32(batch.firstCounter)
    history.replicas[author].counterEnds.append(counter + UInt32(batch.count))
    history.replicas[author].lamportStarts.append(batch.lamport)
    history.replicas[author].times.append(batch.time)
    for (replica, sequence) in learned {
      history.replicas[author].learn(of: replica, value: sequence, atBatch: number)
    }
  }

  private mutating func apply(
    _ operation: FlatOperation, at index: Int, of batch: Batch, author: Int, check: BatchCheck,
    to work: inout MergeWork
  ) {
    let dot = Dot(
      replica: UInt16(author), counter: UInt32(batch.firstCounter) + UInt32(index))
    let object = check.objects[index]
    switch operation.kind {
    case .createFolder, .createFile, .createSymlink:
      let name = names.append(batch.payload, operation.range)
      let node = create(
        dot, kind: operation.kind.creates ?? .file, parent: check.parents[index], name: name)
      history.replicas[author].creations.append(dot.counter, node)
    case .move, .trash:
      let stamp = Stamp(lamport: batch.lamport + UInt64(index), replica: UInt16(author))
      work.moves.append(
        MoveLog.Entry(stamp: stamp, object: object, target: check.parents[index]))
    case .rename:
      let stamp = Stamp(lamport: batch.lamport + UInt64(index), replica: UInt16(author))
      rename(object, to: batch.payload, operation.range, stamp)
      work.touch(object)
    case .setContent:
      let value = heads.store(batch.payload, operation.range)
      nodes.contents[Int(object)] = heads.write(
        value, by: dot, over: nodes.contents[Int(object)], seen: check.seen)
      work.touch(object)
    case .setAttribute, .removeAttribute:
      let isRemoval = operation.kind == .removeAttribute
      let value = isRemoval ? .absent : heads.store(batch.payload, operation.range)
      let attribute = AttributeKey(rawValue: operation.attribute)
      let head = heads.write(
        value, by: dot, over: attributes.head(object, attribute), seen: check.seen)
      attributes.set(head, object, attribute)
      work.touch(object)
    case .setSetting, .removeSetting:
      let isRemoval = operation.kind == .removeSetting
      let value = isRemoval ? .absent : heads.store(batch.payload, operation.valueRange)
      let key = Array(batch.payload[operation.keyRange])
      settings[key] = heads.write(
        value, by: dot, over: settings[key] ?? .none, seen: check.seen)
      work.outcome.changedSettings.append(key)
    }
  }

  /// The later of two names in the total order stays.
  private mutating func rename(
    _ node: Node, to source: [UInt8], _ range: Range<Int>, _ stamp: Stamp
  ) {
    let current = nodes.nameStamps[Int(node)]
    guard current == .none || current.key(history.ranks) < stamp.key(history.ranks) else { return }
    names.discard(nodes.names[Int(node)])
    setName(node, names.append(source, range), stamp)
  }

  // MARK: - All batches

  /// Does the moves of all applied batches, and brings the indices up to date.
  private mutating func place(_ work: inout MergeWork) {
    let ranks = history.ranks
    if !work.moves.isSorted({ $0.stamp.key(ranks) }) {
      // The moves of each batch are sorted: Swift's sort merges runs.
      work.moves.sort { $0.stamp.key(ranks) < $1.stamp.key(ranks) }
    }
    let hadTrash = children.first(in: .trash) != .none
    for node in log.merge(work.moves, ranks: ranks, nodes: &nodes) {
      if children.folders[Int(node)] != nodes.parents[Int(node)] {
        children.move(node, to: nodes.parents[Int(node)])
        work.touch(node)
      }
    }
    let hasTrash = hadTrash || children.first(in: .trash) != .none
    if hasTrash,
      !work.moves.isEmpty || work.changed(nodeCount: nodes.count).contains(where: { !isLive($0) })
    {
      let old = rescue
      let new = workOutRescue()
      knownRescue = new
      for node in old.shown.symmetricDifference(new.shown) { work.touch(node) }
    }
    work.outcome.changed = work.changed(nodeCount: nodes.count).map(identifier)
  }
}

/// What a merge has gathered so far.
private struct MergeWork {
  let firstNewNode: Node
  var moves: ContiguousArray<MoveLog.Entry> = []
  var outcome = MergeOutcome()
  private var touched: ContiguousArray<Node> = []

  init(firstNewNode: Node) { self.firstNewNode = firstNewNode }

  /// Notes that an object changed; new ones are changed anyway.
  mutating func touch(_ node: Node) {
    if node < firstNewNode { touched.append(node) }
  }

  func changed(nodeCount: Int) -> [Node] {
    Array(Set(touched)) + Array(firstNewNode..<Node(nodeCount))
  }
}
