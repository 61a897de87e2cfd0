import VaultEncoding

/// Reads a checkpoint into a new tree.
///
/// Every table has a column of at least one byte a row, which is there in full before anything is
/// allocated for the rows.
struct CheckpointDecoder {
  let bytes: [UInt8]
  var reader: ByteReader
  var tree = Tree()

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    reader = ByteReader(bytes, in: 1..<max(1, bytes.count))
  }

  mutating func decode() throws -> Tree {
    try readReplicas()
    try readBatches()
    try readKnowledge()
    try checkLamports()
    try readObjects()
    try readRenames()
    try readMoves()
    let totals = try readTotals()
    try readContents()
    try readAttributes()
    try readSettings()
    try reader.requireEnd()
    guard tree.heads.count == totals.heads, tree.heads.heap.count == totals.bytes else {
      throw CheckpointFault.registers
    }
    tree.indexChildren()
    tree.knownRescue = tree.workOutRescue()
    return tree
  }

  /// Takes a column that has its length before it.
  mutating func readColumn() throws -> ByteReader {
    let count = try reader.readCount(max: bytes.count)
    return ByteReader(bytes, in: try reader.take(count))
  }

  mutating func readRunColumn() throws -> RunColumnReader { RunColumnReader(try readColumn()) }

  /// Takes bytes that have their length before them.
  mutating func readBlob() throws -> Range<Int> {
    try reader.take(try reader.readCount(max: bytes.count))
  }

  // MARK: - History

  private mutating func readReplicas() throws {
    let count = try reader.readCount(max: CRDTLimits.replicasMax, bytesEach: Bytes32.byteCount)
    var keys: [Bytes32] = []
    for _ in 0..<count { keys.append(try reader.readBytes32()) }
    let isSorted = zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }
    guard isSorted, keys.first != .zero else { throw CheckpointFault.replicas }
    tree.history = History(sortedKeys: keys)
  }

  private mutating func readBatches() throws {
    var counts: [Int] = []
    for _ in tree.history.replicas.indices {
      counts.append(try reader.readCount(max: bytes.count))
    }
    var operations = try readRunColumn()
    var gaps = try readRunColumn()
    var times = try readColumn()
    var ticks = try readRunColumn()
    guard counts.allSatisfy({ $0 >= 1 }), counts.reduce(0, +) <= times.remaining else {
      throw CheckpointFault.batches
    }
    for (replica, count) in counts.enumerated() {
      for _ in 0..<count {
        let size = try operations.next()
        let gap = try gaps.next()
        let delta = try times.readSignedVarint()
        let tick = try ticks.next()
        guard size >= 1, size <= Int64(CRDTLimits.operationsPerBatchMax), tick >= 0,
          tick <= Int64(UInt16.max),
          tree.history.replicas[replica].append(
            operationCount: UInt64(size), lamportGap: gap, millisecondsDelta: delta,
            tick: UInt16(tick))
        else { throw CheckpointFault.batches }
      }
    }
    try operations.requireEnd()
    try gaps.requireEnd()
    try times.requireEnd()
    try ticks.requireEnd()
  }

  private mutating func readKnowledge() throws {
    let count = tree.history.replicas.count
    for replica in 0..<count {
      let known = try reader.readCount(max: count, bytesEach: 2)
      var last = -1
      for _ in 0..<known {
        let other = try reader.readCount(max: count - 1)
        let steps = try reader.readCount(max: bytes.count, bytesEach: 2)
        guard other > last, other != replica, steps >= 1 else { throw CheckpointFault.knowledge }
        last = other
        try readSteps(steps, of: replica, about: other)
      }
    }
  }

  private mutating func readSteps(_ steps: Int, of replica: Int, about other: Int) throws {
    var batch = 0
    var value = 0
    for step in 0..<steps {
      let batchDelta = try reader.readCount(max: tree.history.replicas[replica].sequence)
      let valueDelta = try reader.readCount(max: tree.history.replicas[other].sequence)
      batch += batchDelta
      value += valueDelta
      guard step == 0 || batchDelta > 0, valueDelta > 0,
        batch < tree.history.replicas[replica].sequence,
        value <= tree.history.replicas[other].sequence
      else { throw CheckpointFault.knowledge }
      tree.history.replicas[replica].learn(of: other, value: value, atBatch: batch)
    }
  }

  /// The rule that batches have to keep when they are merged: the Lamport time of each is the next
  /// after what it knew.
  ///
  /// So the total order respects causality, whatever the bytes say.
  private func checkLamports() throws {
    for history in tree.history.replicas {
      var needed = ContiguousArray<UInt64>(repeating: 1, count: history.sequence)
      for (other, steps) in history.knowledge.enumerated() {
        for step in steps.batches.indices {
          let known = Int(steps.values[step]) - 1
          let end = tree.history.replicas[other].lamportEnd(batch: known)
          needed[Int(steps.batches[step])] = max(needed[Int(steps.batches[step])], end)
        }
      }
      var end: UInt64 = 1
      for batch in 0..<history.sequence {
        guard history.lamportStarts[batch] == max(end, needed[batch]) else {
          throw CheckpointFault.batches
        }
        end = history.lamportEnd(batch: batch)
      }
    }
  }
}
