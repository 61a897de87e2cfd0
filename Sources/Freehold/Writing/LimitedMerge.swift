import VaultCRDT
import VaultEncoding
import VaultPolicy
import VaultStore

/// A batch of somebody who may write some paths only, with the entry that it came in.
struct LimitedBatch {
  var entry: StoredEntry
  var batch: Batch
}

// Merging what somebody wrote who may write some paths only (docs/spec/policy.md, "Paths that may
// be written").
//
// Each batch is judged by the tree as its author knew it. Mostly that is the tree that is here;
// else it is built from the history up to there, and goes on growing with the author's next batch.
// While the history is not here the batch waits.

extension Vault {
  /// Merges what limited authors wrote within what they may, and what waits for that; the entries
  /// that are outside, and those behind them.
  func merge(_ limited: [LimitedBatch], among others: [Batch]) throws -> [StoredEntry] {
    var outside: [StoredEntry] = []
    while true {
      let before = tree.vector
      let open = others.filter { $0.sequence > before[$0.replica] }
      let left = limited.filter { item in
        item.batch.sequence > before[item.batch.replica]
          && !outside.contains { $0.device == item.entry.device }
      }
      for (author, items) in Dictionary(grouping: left, by: \.entry.device) {
        let builders = (open + left.map(\.batch)).filter {
          $0.replica != author.key && keptCount(of: DID(key: $0.replica), in: scope) == nil
        }
        let cited = builders.map { $0.dependencies[author.key] }.max()
        outside += try merge(
          items.sorted { $0.batch.sequence < $1.batch.sequence }, of: author, cited: cited ?? 0)
      }
      _ = tree.merge(open)
      tree.labelClashes()
      guard tree.vector != before else { return outside }
    }
  }

  /// Merges batches of one author, in order, until one waits or is outside.
  ///
  /// On those up to `cited` somebody with access has built, who knew another policy: they are
  /// judged by all that their author was ever granted, or what was built on them could not count.
  private func merge(
    _ items: [LimitedBatch], of author: DID, cited: UInt64
  ) throws -> [StoredEntry] {
    guard let first = items.first else { return [] }
    if try isBehindOutside(first) { return items.map(\.entry) }
    let rights = writingRights(of: author)
    var past: Tree?
    for (index, item) in items.enumerated() {
      let sequence = item.entry.sequence
      let number = sequence <= cited ? WritingRights.ever : sequence
      if !rights.areUnlimited(at: number) {
        guard let (before, after) = try self.past(of: item.batch, after: past) else { return [] }
        past = after
        let judge = WritingJudge(rights: rights, entry: number, before: before, after: after)
        guard judge.violation(in: item.batch) == nil else { return items[index...].map(\.entry) }
      }
      guard tree.merge([item.batch]).appliedCount > 0 else { return [] }
      try database.write {
        try $0.setState(.merged, scope: scope, device: author, sequences: sequence...sequence)
      }
    }
    return []
  }

  /// Whether an entry before this one was found to be outside.
  private func isBehindOutside(_ item: LimitedBatch) throws -> Bool {
    let next = tree.vector[item.batch.replica] + 1
    guard next < item.entry.sequence else { return false }
    return try database.read {
      try $0.entries(scope: scope, device: item.entry.device, from: next, bytesMax: 1)
    }.first?.state == .quarantined
  }

  /// The tree as an author knew it, without and with a batch; nil when what it builds on is not
  /// here, or the batch contradicts it.
  ///
  /// `past` is what its author had before, if that was worked out.
  private func past(of batch: Batch, after past: Tree?) throws -> (before: Tree, after: Tree)? {
    var known = tree.knowledge(of: batch.replica)
    guard known[batch.replica] + 1 == batch.sequence else { return nil }
    known.formUnion(batch.dependencies)
    guard tree.vector.includes(known) else { return nil }
    var before = tree
    if known != tree.vector {
      before = past ?? Tree()
      guard try replay(into: &before, upTo: known) else { return nil }
      before.labelClashes()
    }
    var after = before
    guard after.merge([batch]).appliedCount == 1 else { return nil }
    after.labelClashes()
    return (before, after)
  }
}
