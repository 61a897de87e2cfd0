import VaultEncoding

/// Gathers the operations of a batch that is being made; references name replicas of the tree
/// until the batch is finished and has a table of its own.
struct BatchBuilder {
  private(set) var flat: [FlatOperation] = []
  private(set) var payload: [UInt8] = []

  mutating func append(_ operation: FlatOperation) { flat.append(operation) }

  /// Appends an operation with a name or value.
  mutating func append(_ operation: FlatOperation, _ bytes: [UInt8]) {
    var operation = operation
    operation.start = bytes.isEmpty ? 0 : UInt32(payload.count)
    operation.count = UInt32(bytes.count)
    payload.append(contentsOf: bytes)
    flat.append(operation)
  }

  /// Appends an operation on a setting.
  mutating func append(_ kind: OperationKind, key: [UInt8], value: [UInt8]) {
    let isEmpty = key.isEmpty && value.isEmpty
    let start = isEmpty ? 0 : UInt32(payload.count)
    payload.append(contentsOf: key)
    payload.append(contentsOf: value)
    flat.append(
      FlatOperation(
        kind: kind, start: start, count: UInt32(key.count + value.count),
        keyCount: UInt16(key.count)))
  }

  var hasRoom: Bool {
    flat.count < CRDTLimits.operationsPerBatchMax && payload.count < CRDTLimits.batchBytesMax / 2
  }

  /// The finished batch: the last one of the author in the history.
  consuming func finish(author: Int, in history: History) -> Batch {
    let replica = history.replicas[author]
    let number = replica.sequence - 1
    var dependencies = VersionVector()
    for other in history.replicas.indices {
      guard other < replica.knowledge.count else { break }
      if replica.knowledge[other].batches.last == UInt32(number) {
        dependencies[history.replicas[other].key] = UInt64(replica.known(of: other))
      }
    }
    var table = ReplicaTable(author: replica.key, dependencies: dependencies, in: history)
    for index in flat.indices {
      flat[index].object = table.localized(flat[index].object, in: history)
      flat[index].parent = table.localized(flat[index].parent, in: history)
    }
    return Batch(
      sequence: UInt64(replica.sequence), dependencies: dependencies,
      lamport: replica.lamportStarts[number],
      firstCounter: UInt64(replica.counterStart(batch: number)), time: replica.times[number],
      replicas: table.keys, flat: flat, payload: payload)
  }
}

/// A batch's table of replicas while it is made.
private struct ReplicaTable {
  private(set) var keys: [Bytes32]
  /// From the tree's index to the place in the table.
  private var places: [Int?]

  init(author: Bytes32, dependencies: VersionVector, in history: History) {
    keys = [author] + dependencies.sorted.map(\.replica)
    places = Array(repeating: nil, count: history.replicas.count)
    for (place, key) in keys.enumerated() {
      if let index = history.index(of: key) { places[index] = place }
    }
  }

  mutating func localized(_ reference: Reference, in history: History) -> Reference {
    guard !reference.isConstant else { return reference }
    let index = reference.replica
    if let place = places[index] {
      return Reference(replica: place, counter: reference.counter)
    }
    places[index] = keys.count
    keys.append(history.replicas[index].key)
    return Reference(replica: keys.count - 1, counter: reference.counter)
  }
}
