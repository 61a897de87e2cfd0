import VaultEncoding

/// All replicas of the scope and what each knew when.
///
/// The indices of replicas depend on the order of arrival and never leave the tree; `ranks` gives
/// the order of their keys, which is the same everywhere.
struct History {
  var replicas: ContiguousArray<ReplicaHistory> = []
  private(set) var ranks: ContiguousArray<UInt16> = []
  private var indices: [Bytes32: Int] = [:]
  private var keys: ContiguousArray<Bytes32> = []

  /// Up to that many keys are compared one by one, which is faster than hashing.
  private static let scannedMax = 16

  init() {}

  /// Replicas without batches; the keys must be sorted and differ.
  init(sortedKeys keys: [Bytes32]) {
    for (index, key) in keys.enumerated() {
      replicas.append(ReplicaHistory(key: key))
      self.keys.append(key)
      ranks.append(UInt16(index))
      indices[key] = index
    }
  }

  func index(of key: Bytes32) -> Int? {
    if keys.count <= Self.scannedMax { return keys.firstIndex(of: key) }
    return indices[key]
  }

  /// The index of a replica, which is added when it is new; nil when there are too many.
  mutating func addReplica(_ key: Bytes32) -> Int? {
    if let index = index(of: key) { return index }
    guard replicas.count < CRDTLimits.replicasMax else { return nil }
    let index = replicas.count
    replicas.append(ReplicaHistory(key: key))
    keys.append(key)
    indices[key] = index
    rankReplicas()
    return index
  }

  private mutating func rankReplicas() {
    ranks = ContiguousArray(repeating: 0, count: replicas.count)
    for (rank, replica) in sortedReplicas.enumerated() { ranks[replica] = UInt16(rank) }
  }

  /// Takes back a replica that was just added, if it has no batch.
  mutating func removeReplicaIfUnused(_ index: Int) {
    guard index == replicas.count - 1, replicas[index].sequence == 0 else { return }
    indices[replicas[index].key] = nil
    keys.removeLast()
    replicas.removeLast()
    rankReplicas()
  }

  /// The indices of the replicas in the order of their keys.
  var sortedReplicas: [Int] {
    replicas.indices.sorted { replicas[$0].key < replicas[$1].key }
  }

  /// Before how many of each replica's operations a batch was written: what it has seen.
  func seen(replica: Int, batch: Int) -> ContiguousArray<UInt32> {
    var seen = ContiguousArray<UInt32>(repeating: 0, count: replicas.count)
    for other in seen.indices {
      let known = replicas[replica].known(of: other, atBatch: batch)
      seen[other] = replicas[other].counterEnd(through: known)
    }
    seen[replica] = replicas[replica].counterStart(batch: batch)
    return seen
  }

  /// The Lamport time of the next operation that has seen everything.
  var lamportNext: UInt64 { max(1, replicas.lazy.map(\.lamportEnd).max() ?? 1) }

  func stamp(of dot: Dot) -> Stamp {
    Stamp(
      lamport: replicas[dot.replica].lamport(ofCounter: dot.counter),
      replica: UInt16(dot.replica))
  }

  /// Whether an operation is later than another in the total order.
  func isAfter(_ dot: Dot, _ other: Dot) -> Bool {
    if dot.replica == other.replica { return dot.counter > other.counter }
    return stamp(of: dot).key(ranks) > stamp(of: other).key(ranks)
  }

  /// The operation with a stamp, which must exist.
  func dot(of stamp: Stamp) -> Dot {
    let counter = replicas[stamp.replica].counter(ofLamport: stamp.lamport)
    return Dot(replica: UInt16(stamp.replica), counter: counter ?? 0)
  }

  /// The stamp of a replica's last operation.
  func lastStamp(_ replica: Int) -> Stamp {
    Stamp(lamport: replicas[replica].lamportEnd - 1, replica: UInt16(replica))
  }

  /// The stamp of the operation that a replica's last batch would get next.
  func nextStamp(_ replica: Int) -> Stamp {
    Stamp(lamport: replicas[replica].lamportEnd, replica: UInt16(replica))
  }

  /// Takes back a replica's last batch.
  mutating func removeLastBatch(of replica: Int) {
    replicas[replica].forgetLastBatch()
  }

  func time(of dot: Dot) -> HybridTime {
    let batch = replicas[dot.replica].batch(ofCounter: dot.counter)
    return replicas[dot.replica].times[batch]
  }

  func key(of dot: Dot) -> Bytes32 { replicas[dot.replica].key }

  /// A number that sorts operations by the keys of their replicas, then by counter.
  func sortKey(of dot: Dot) -> UInt64 {
    UInt64(ranks[dot.replica]) << 48 | UInt64(dot.counter)
  }
}
