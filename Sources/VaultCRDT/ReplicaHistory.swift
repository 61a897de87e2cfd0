import VaultEncoding

/// What is known of one replica: its batches, and which object each of its operations made.
///
/// Everything is a column: position *i* of the batch columns is batch *i* + 1.
struct ReplicaHistory {
  let key: Bytes32
  /// The counter after the last operation of each batch.
  var counterEnds: ContiguousArray<UInt32> = []
  var lamportStarts: ContiguousArray<UInt64> = []
  var times: ContiguousArray<HybridTime> = []
  /// What this replica knew of others: by the other's index, the steps at which that grew.
  var knowledge: ContiguousArray<KnowledgeSteps> = []
  var creations = CreationColumn()

  init(key: Bytes32) { self.key = key }

  var sequence: Int { counterEnds.count }
  var counterEnd: UInt32 { counterEnds.last ?? 0 }

  /// The Lamport time after the last operation; 0 when there is none.
  var lamportEnd: UInt64 { sequence == 0 ? 0 : lamportEnd(batch: sequence - 1) }

  func counterStart(batch: Int) -> UInt32 { batch == 0 ? 0 : counterEnds[batch - 1] }

  func lamportEnd(batch: Int) -> UInt64 {
    lamportStarts[batch] + UInt64(counterEnds[batch] - counterStart(batch: batch))
  }

  /// The counter after everything in the first `sequence` batches.
  func counterEnd(through sequence: Int) -> UInt32 {
    sequence == 0 ? 0 : counterEnds[sequence - 1]
  }

  /// Which batch an operation is in.
  ///
  /// Complexity: O(log *n*).
  func batch(ofCounter counter: UInt32) -> Int {
    counterEnds.partitioningIndex { $0 > counter }
  }

  func lamport(ofCounter counter: UInt32) -> UInt64 {
    let batch = batch(ofCounter: counter)
    return lamportStarts[batch] + UInt64(counter - counterStart(batch: batch))
  }

  /// The counter of the operation with a Lamport time; nil when there is none.
  func counter(ofLamport lamport: UInt64) -> UInt32? {
    let after = lamportStarts.partitioningIndex { $0 > lamport }
    guard after > 0, lamport < lamportEnd(batch: after - 1) else { return nil }
    let offset = lamport - lamportStarts[after - 1]
    return counterStart(batch: after - 1) + UInt32(offset)
  }

  /// How many batches of another replica this one had seen when it wrote a batch.
  func known(of other: Int, atBatch batch: Int) -> Int {
    guard other < knowledge.count else { return 0 }
    return Int(knowledge[other].value(at: UInt32(batch)))
  }

  /// How many batches of another replica this one has seen by now.
  func known(of other: Int) -> Int {
    guard other < knowledge.count else { return 0 }
    return Int(knowledge[other].values.last ?? 0)
  }

  /// Notes that the batch with this index has seen `value` batches of another replica.
  mutating func learn(of other: Int, value: Int, atBatch batch: Int) {
    while knowledge.count <= other { knowledge.append(KnowledgeSteps()) }
    knowledge[other].batches.append(UInt32(batch))
    knowledge[other].values.append(UInt32(value))
  }

  /// Adds a batch that is told relative to the last one; false when a number leaves its range.
  mutating func append(
    operationCount: UInt64, lamportGap: Int64, millisecondsDelta: Int64, tick: UInt16
  ) -> Bool {
    let counter = UInt64(counterEnd) + operationCount
    let lamport = max(1, lamportEnd)
    let last = times.last?.milliseconds ?? 0
    let (milliseconds, overflow) = last.addingReportingOverflow(millisecondsDelta)
    guard counter <= CRDTLimits.operationsPerReplicaMax, lamportGap >= 0,
      lamportGap <= Int64(CRDTLimits.lamportMax),
      lamport + UInt64(lamportGap) + operationCount <= CRDTLimits.lamportMax, !overflow,
      milliseconds >= 0, milliseconds <= CRDTLimits.millisecondsMax
    else { return false }
    counterEnds.append(UInt32(counter))
    lamportStarts.append(lamport + UInt64(lamportGap))
    times.append(HybridTime(milliseconds: milliseconds, counter: tick))
    return true
  }

  /// Adds an operation to the last batch.
  mutating func growLastBatch() { counterEnds[counterEnds.count - 1] += 1 }

  /// Takes back the last batch with all its operations.
  mutating func forgetLastBatch() {
    let batch = sequence - 1
    creations.removeAll(from: counterStart(batch: batch))
    counterEnds.removeLast()
    lamportStarts.removeLast()
    times.removeLast()
    for other in knowledge.indices where knowledge[other].batches.last == UInt32(batch) {
      knowledge[other].batches.removeLast()
      knowledge[other].values.removeLast()
    }
    while knowledge.last?.batches.isEmpty == true { knowledge.removeLast() }
  }
}

/// A number that only grows, as steps: from batch `batches[i]` on it is `values[i]`.
struct KnowledgeSteps: Hashable {
  var batches: ContiguousArray<UInt32> = []
  var values: ContiguousArray<UInt32> = []

  func value(at batch: UInt32) -> UInt32 {
    let after = batches.partitioningIndex { $0 > batch }
    return after == 0 ? 0 : values[after - 1]
  }
}
