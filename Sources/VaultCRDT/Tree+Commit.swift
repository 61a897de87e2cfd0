public import VaultEncoding

extension Tree {
  /// Makes one batch of changes by a replica and applies it.
  ///
  /// Returns nil when nothing changed.
  ///
  /// When the body throws, the tree is as it was before. A replica must never use a number twice:
  /// whoever restores a tree from a copy goes on as a new replica.
  public mutating func commit(
    by replica: Bytes32, at wallMilliseconds: Int64,
    _ body: (inout Draft) throws -> Void
  ) throws -> Batch? {
    guard replica != .zero else {
      throw CRDTError(.invalidReplica, "the key of a replica is all zeros")
    }
    guard let author = history.addReplica(replica) else {
      throw CRDTError(.overLimit, "too many replicas")
    }
    beginBatch(author: author, wall: wallMilliseconds)
    // The tree moves into the draft and back, so that its columns are never copied.
    var draft = Draft(tree: exchange(&self, with: Tree()), author: author)
    do {
      try body(&draft)
    } catch {
      draft.abandon()
      self = draft.release()
      throw error
    }
    let batch = draft.finish()
    self = draft.release()
    return batch
  }

  /// Opens a batch without operations that has seen everything.
  private mutating func beginBatch(author: Int, wall: Int64) {
    let number = history.replicas[author].sequence
    let lamport = history.lamportNext
    let counter = history.replicas[author].counterEnd
    for other in history.replicas.indices where other != author {
      let sequence = history.replicas[other].sequence
      if sequence > history.replicas[author].known(of: other) {
        history.replicas[author].learn(of: other, value: sequence, atBatch: number)
      }
    }
    let seen = history.replicas.lazy.compactMap { $0.times.last }
    let time = HybridTime.next(wall: wall, seen: seen)
    history.replicas[author].counterEnds.append(counter)
    history.replicas[author].lamportStarts.append(lamport)
    history.replicas[author].times.append(time)
  }
}
