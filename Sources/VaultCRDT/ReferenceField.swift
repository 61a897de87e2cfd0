/// How a reference to an object starts: three codes, then the table of replicas.
enum ReferenceCode {
  static let root: UInt64 = 0
  /// The same as the one before in this field; a creation sets it too.
  static let same: UInt64 = 1
  static let firstReplica: UInt64 = 2
}

/// What one field's references are told relative to: the last one, and per replica the last
/// counter.
struct ReferenceField {
  private var last: Reference?
  private var counters: [UInt64]

  init(replicaCount: Int) { counters = Array(repeating: 0, count: replicaCount) }

  /// Notes a new object, to which the next operations probably refer.
  mutating func created(_ reference: Reference) {
    last = reference
    counters[reference.replica] = reference.counter
  }

  mutating func code(_ reference: Reference) -> (code: UInt64, delta: Int64?) {
    if last == reference { return (ReferenceCode.same, nil) }
    last = reference
    if reference == .root { return (ReferenceCode.root, nil) }
    let replica = reference.replica
    let delta = Int64(reference.counter) - Int64(counters[replica])
    counters[replica] = reference.counter
    return (ReferenceCode.firstReplica + UInt64(replica), delta)
  }

  /// The counterpart of `code`; nil when there is no such reference.
  mutating func reference(_ told: (code: UInt64, delta: Int64)) -> Reference? {
    if told.code == ReferenceCode.same { return last }
    if told.code == ReferenceCode.root {
      last = .root
      return .root
    }
    let replica = told.code - ReferenceCode.firstReplica
    guard replica < UInt64(counters.count) else { return nil }
    let base = Int64(counters[Int(replica)])
    let (counter, overflow) = base.addingReportingOverflow(told.delta)
    guard !overflow, counter >= 0, counter < CRDTLimits.operationsPerReplicaMax else { return nil }
    counters[Int(replica)] = UInt64(counter)
    let reference = Reference(replica: Int(replica), counter: UInt64(counter))
    last = reference
    return reference
  }
}
