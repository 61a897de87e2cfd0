extension Batch {
  /// The batch with operations that change nothing in place of some.
  ///
  /// The numbers of the others stay what they are, and so does what builds on them
  /// (docs/spec/sharing.md section 2). Creations cannot be replaced: others may name what they
  /// made.
  public func neutralising(_ isVoid: (Operation) -> Bool) -> Batch {
    var kept = flat
    var isChanged = false
    for (index, operation) in operations.enumerated() {
      if case .create = operation { continue }
      guard isVoid(operation) else { continue }
      kept[index] = FlatOperation(kind: .removeAttribute, attribute: AttributeKey.none.rawValue)
      isChanged = true
    }
    guard isChanged else { return self }
    return Batch(
      sequence: sequence, dependencies: dependencies, lamport: lamport, firstCounter: firstCounter,
      time: time, replicas: replicas, flat: kept, payload: payload)
  }
}
