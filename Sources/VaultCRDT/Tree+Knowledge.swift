public import VaultEncoding

extension Tree {
  /// What a replica had seen when it wrote its last batch, that batch included; empty for one that
  /// has written nothing.
  ///
  /// Complexity: O(replicas).
  public func knowledge(of replica: Bytes32) -> VersionVector {
    var seen = VersionVector()
    guard let index = history.index(of: replica), history.replicas[index].sequence > 0 else {
      return seen
    }
    for other in history.replicas.indices where other != index {
      seen[history.replicas[other].key] = UInt64(history.replicas[index].known(of: other))
    }
    seen[replica] = UInt64(history.replicas[index].sequence)
    return seen
  }
}
