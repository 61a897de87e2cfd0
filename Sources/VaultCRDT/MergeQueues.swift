import VaultEncoding

/// The batches that are to be merged, by author and number.
struct MergeQueues {
  private var queues: [(batches: [Batch], start: Int, isStuck: Bool)] = []

  init(_ batches: [Batch], history: History) {
    var byAuthor: [Bytes32: Int] = [:]
    for batch in batches {
      let known = history.index(of: batch.replica).map { history.replicas[$0].sequence } ?? 0
      if batch.sequence <= UInt64(known) { continue }
      if let queue = byAuthor[batch.replica] {
        queues[queue].batches.append(batch)
      } else {
        byAuthor[batch.replica] = queues.count
        queues.append(([batch], 0, false))
      }
    }
    for queue in queues.indices {
      queues[queue].batches.sort { $0.sequence < $1.sequence }
      var last: UInt64 = 0
      queues[queue].batches.removeAll { batch in
        defer { last = batch.sequence }
        return batch.sequence == last
      }
    }
  }

  var indices: Range<Int> { queues.indices }

  func first(in queue: Int) -> Batch? {
    let start = queues[queue].start
    return start < queues[queue].batches.count ? queues[queue].batches[start] : nil
  }

  func isStuck(_ queue: Int) -> Bool { queues[queue].isStuck }
  mutating func removeFirst(in queue: Int) { queues[queue].start += 1 }
  mutating func stop(_ queue: Int) { queues[queue].isStuck = true }

  /// What has not been applied, without the refused ones themselves.
  var waiting: [Batch] {
    queues.flatMap { queue in queue.batches[(queue.start + (queue.isStuck ? 1 : 0))...] }
  }

  /// What the waiting batches need and is neither in the tree nor among what was given.
  func missing(in history: History) -> VersionVector {
    // For each given number, the highest below it that was not given.
    var floors: [Bytes32: [UInt64: UInt64]] = [:]
    for queue in queues {
      var floor: [UInt64: UInt64] = [:]
      for batch in queue.batches[queue.start...] {
        floor[batch.sequence] = floor[batch.sequence - 1] ?? batch.sequence - 1
      }
      if let author = queue.batches.first?.replica { floors[author] = floor }
    }
    var missing = VersionVector()
    for batch in waiting {
      for (replica, sequence) in BatchCheck.missing(batch, in: history).sorted {
        let needed = floors[replica]?[sequence] ?? sequence
        let known = history.index(of: replica).map { history.replicas[$0].sequence } ?? 0
        if needed > UInt64(known) { missing[replica] = max(missing[replica], needed) }
      }
    }
    return missing
  }
}
