import VaultEncoding

extension CheckpointDecoder {
  mutating func readObjects() throws {
    var counts: [Int] = []
    for _ in tree.history.replicas.indices {
      counts.append(try reader.readCount(max: bytes.count))
    }
    let total = counts.reduce(0, +)
    var sizes = try readColumn()
    var counters = try readRunColumn()
    var kinds = try readRunColumn()
    var parents = try readRunColumn()
    let names = try readBlob()
    guard total == sizes.remaining, total <= CRDTLimits.objectsMax else {
      throw CheckpointFault.objects
    }
    tree.nodes.reserve(total)
    _ = tree.names.append(bytes, names)
    var offset = 0
    var parent: Int64 = 0
    for (replica, count) in counts.enumerated() {
      var counter: Int64 = -1
      for _ in 0..<count {
        let end = Int64(tree.history.replicas[replica].counterEnd)
        counter = try advanced(
          counter, by: try counters.next(), in: counter + 1..<max(counter + 1, end),
          else: .objects)
        parent = try advanced(
          parent, by: try parents.next(), in: 0..<Int64(total) + 2, else: .objects)
        let size = Int(try sizes.readUInt8())
        guard let kind = UInt8(exactly: try kinds.next()).flatMap(ObjectKind.init), parent != 1
        else { throw CheckpointFault.objects }
        guard size <= names.count - offset else { throw CheckpointFault.names }
        let node = tree.nodes.append(
          origin: Dot(replica: UInt16(replica), counter: UInt32(counter)), kind: kind,
          parent: Node(parent), name: ByteHeap.Place(offset: offset, count: size))
        tree.history.replicas[replica].creations.append(UInt32(counter), node)
        offset += size
      }
    }
    guard offset == names.count else { throw CheckpointFault.names }
    try counters.requireEnd()
    try kinds.requireEnd()
    try parents.requireEnd()
    try checkObjects()
  }

  /// Names are valid; parents are folders that are older, so that nothing goes in circles.
  private func checkObjects() throws {
    let stamps = tree.creationKeys()
    for node in 2..<tree.nodes.count {
      let parent = Int(tree.nodes.birthParents[node])
      guard tree.nodes.kinds[parent] == .folder, stamps[parent] < stamps[node] else {
        throw CheckpointFault.objects
      }
      guard NameRules.isValid(tree.names[tree.nodes.names[node]]) else {
        throw CheckpointFault.names
      }
    }
  }

  mutating func readRenames() throws {
    let count = try reader.readCount(max: tree.nodes.count, bytesEach: 3)
    var node = 0
    for _ in 0..<count {
      let delta = try reader.readCount(max: tree.nodes.count)
      node += delta
      let stamp = try readStamp()
      guard delta >= 1, node >= 2, node < tree.nodes.count,
        isAfterCreation(of: node, stamp)
      else { throw CheckpointFault.names }
      tree.nodes.nameStamps[node] = stamp
    }
  }

  /// The stamp of an operation that exists.
  private mutating func readStamp() throws -> Stamp {
    let replica = try reader.readCount(max: tree.history.replicas.count - 1)
    let lamport = try reader.readVarint()
    return try stamp(replica: replica, lamport: lamport)
  }

  private func stamp(replica: Int, lamport: UInt64) throws -> Stamp {
    guard replica >= 0, replica < tree.history.replicas.count,
      tree.history.replicas[replica].counter(ofLamport: lamport) != nil
    else { throw CheckpointFault.moves }
    return Stamp(lamport: lamport, replica: UInt16(replica))
  }

  private func isAfterCreation(of node: Int, _ stamp: Stamp) -> Bool {
    guard node >= 2 else { return true }
    let ranks = tree.history.ranks
    return tree.history.stamp(of: tree.nodes.origins[node]).key(ranks) < stamp.key(ranks)
  }

  mutating func readMoves() throws {
    let count = try reader.readCount(max: bytes.count)
    var lamports = try readColumn()
    var authors = try readRunColumn()
    var objects = try readColumn()
    var targets = try readColumn()
    guard count <= lamports.remaining else { throw CheckpointFault.moves }
    tree.log.reserve(count)
    var lamport: UInt64 = 0
    var object: Int64 = 0
    var target: Int64 = 0
    var last: UInt64 = 0
    let total = Int64(tree.nodes.count)
    for _ in 0..<count {
      let (next, overflow) = lamport.addingReportingOverflow(try lamports.readVarint())
      let author = try authors.next()
      guard !overflow, author >= 0, author < tree.history.replicas.count else {
        throw CheckpointFault.moves
      }
      lamport = next
      let stamp = try stamp(replica: Int(author), lamport: lamport)
      object = try advanced(
        object, by: try objects.readSignedVarint(), in: 2..<max(2, total), else: .moves)
      target = try advanced(
        target, by: try targets.readSignedVarint(), in: 0..<total, else: .moves)
      let key = stamp.key(tree.history.ranks)
      guard key > last, tree.nodes.kinds[Int(target)] == .folder,
        isAfterCreation(of: Int(object), stamp), isAfterCreation(of: Int(target), stamp)
      else { throw CheckpointFault.moves }
      last = key
      tree.log.append(
        MoveLog.Entry(stamp: stamp, object: Node(object), target: Node(target)),
        nodes: &tree.nodes)
    }
    try lamports.requireEnd()
    try authors.requireEnd()
    try objects.requireEnd()
    try targets.requireEnd()
  }
}

/// Adds to a number what the bytes say; the sum must lie in a range.
func advanced(
  _ number: Int64, by delta: Int64, in range: Range<Int64>, else fault: CheckpointFault
) throws -> Int64 {
  let (sum, overflow) = number.addingReportingOverflow(delta)
  guard !overflow, range.contains(sum) else { throw fault }
  return sum
}
