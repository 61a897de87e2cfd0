import VaultCRDT
import VaultEncoding

/// Puts batches into an order in which each comes after all that it builds on, and otherwise by
/// time.
///
/// By time alone is not enough: a device whose clock is behind writes what is later but looks
/// earlier, and a batch that comes before what it builds on cannot be merged.
///
/// Example: B writes at 12:00 what builds on A's batch of 13:00 (A's clock is ahead): A's comes
/// first, and B's right after it.
struct CausalOrder: Sequence, IteratorProtocol {
  private var queues: [Queue]
  private var vector = VersionVector()

  /// The batches of one replica that have not been given out, in order.
  private struct Queue {
    var batches: ArraySlice<Batch>
  }

  /// Begins with batches of any order; what builds on one that is missing is left out.
  init(_ batches: [Batch]) {
    queues = Dictionary(grouping: batches, by: \.replica).sorted { $0.key < $1.key }.map {
      Queue(batches: $0.value.sorted { $0.sequence < $1.sequence }[...])
    }
  }

  /// The earliest batch of which everything that it builds on was given out.
  ///
  /// O(replicas).
  mutating func next() -> Batch? {
    var best: (index: Int, batch: Batch)?
    for (index, queue) in queues.enumerated() {
      guard let batch = queue.batches.first, isReady(batch) else { continue }
      if let found = best, found.batch.time <= batch.time { continue }
      best = (index, batch)
    }
    guard let best else { return nil }
    queues[best.index].batches.removeFirst()
    vector[best.batch.replica] = best.batch.sequence
    return best.batch
  }

  private func isReady(_ batch: Batch) -> Bool {
    vector[batch.replica] + 1 == batch.sequence && vector.includes(batch.dependencies)
  }
}
