import VaultCRDT
import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

// What of a revoked device counts.
//
// The revocation names how many of its entries stay. On every device alike those count, and beyond
// them only what a device with access has built on: its entries name what they have seen, and
// without that they could not be merged. All else is kept in quarantine.
//
// Example: of C 4 entries stay, and there are 6. B, before it knew, saw 5 and then wrote. So 5
// count everywhere, and the sixth nowhere.

extension Vault {
  /// How many entries of a feed the policy lets count; nil for all.
  func keptCount(of device: DID, in scope: ScopeID) -> UInt64? {
    guard !policy.state.grants(to: device).isEmpty,
      case .upTo(let limits) = policy.state.operationLimit(of: device, in: scope)
    else { return nil }
    return limits[scope]?.count ?? 0
  }

  /// Whether anything at all is known of a device's part in the vault.
  ///
  /// One that is not known may be let in by a policy entry that has not come yet: its entries wait.
  func knowsPart(of device: DID) -> Bool { !policy.state.grants(to: device).isEmpty }

  /// Brings stored entries into line with the policy: what no longer counts leaves the tree, and
  /// what counts again waits to be merged.
  func applyRevocations() throws {
    let feeds = try database.read { try $0.feeds(in: scope) }
    var leavesTree = false
    var judged: [(name: String, digest: Bytes32)] = []
    for feed in feeds where feed.device != device && knowsPart(of: feed.device) {
      let kept = keptCount(of: feed.device, in: scope) ?? feed.count
      let merged = tree.vector[feed.device.key]
      var counting = kept
      if merged > kept {
        // Without all entries the tree cannot be built anew: then what it has stays in it.
        let isWhole = feeds.allSatisfy { $0.first == 1 }
        counting = isWhole ? max(kept, try cited(feed.device, feeds)) : merged
      }
      var settled = min(merged, counting)
      if let change = try changeOfRights(of: feed.device, merged: settled, feeds) {
        settled = change.settled
        judged.append((change.name, change.digest))
      }
      try database.write { transaction in
        if counting > 0 {
          try transaction.changeState(
            from: [.quarantined], to: .waiting, scope: scope, device: feed.device,
            sequences: 1...counting)
        }
        if settled < min(merged, counting) {
          try transaction.changeState(
            from: [.merged], to: .waiting, scope: scope, device: feed.device,
            sequences: settled + 1...counting)
        }
        guard counting < feed.count else { return }
        try transaction.changeState(
          from: [.waiting, .merged], to: .quarantined, scope: scope, device: feed.device,
          sequences: counting + 1...feed.count)
      }
      if merged > settled { leavesTree = true }
    }
    if leavesTree {
      try database.write {
        try $0.removeCheckpoint(scope)
        try FolderMirror.forgetApplied($0)
      }
      try reloadTree()
      treeWentBack = true
    }
    try mergeWaiting()
    // At last: what is interrupted before is done again.
    try database.write { transaction in
      for (name, digest) in judged { try transaction.setMeta(name, to: digest.bytes) }
    }
  }

  /// What is new about what an author may write: how many of the merged entries count as they are,
  /// and under which name it is noted that the others were judged anew.
  ///
  /// Nil when nothing is, or when the history is not here to judge by.
  private func changeOfRights(
    of author: DID, merged: UInt64, _ feeds: [StoredFeed]
  ) throws -> (settled: UInt64, name: String, digest: Bytes32)? {
    let rights = writingRights(of: author)
    let (name, digest) = ("writing-rights/\(author.text)", rights.digest)
    guard try database.read({ try $0.meta(name) }) != digest.bytes else { return nil }
    guard let first = rights.firstLimited, first <= merged else { return (merged, name, digest) }
    guard feeds.allSatisfy({ $0.first == 1 }) else { return nil }
    return (min(merged, max(first - 1, try cited(author, feeds))), name, digest)
  }

  /// How much of a feed other devices, those with access, have built on.
  ///
  /// Reads every entry: only after a revocation that takes something away.
  private func cited(_ author: DID, _ feeds: [StoredFeed]) throws -> UInt64 {
    var most: UInt64 = 0
    for feed in feeds
    where feed.device != author && keptCount(of: feed.device, in: scope) == nil {
      var next: UInt64 = 1
      while next <= feed.count {
        let entries = try database.read {
          try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: 4 << 20)
        }
        guard let last = entries.last else { break }
        for entry in entries where entry.state != .quarantined {
          let count = try FeedEntry(decoding: entry.bytes).dependencies[author] ?? 0
          most = max(most, UInt64(count))
        }
        next = last.sequence + 1
      }
    }
    return most
  }

  /// Lets entries out of quarantine that entries of devices with access build on; whether there
  /// were any.
  func releaseCited(by entries: [StoredEntry]) throws -> Bool {
    var released = 0
    for entry in entries where keptCount(of: entry.device, in: scope) == nil {
      for (other, count) in try FeedEntry(decoding: entry.bytes).dependencies
      where tree.vector[other.key] < UInt64(count) && count > 0 {
        released += try database.write {
          try $0.changeState(
            from: [.quarantined], to: .waiting, scope: scope, device: other,
            sequences: 1...UInt64(count))
        }
      }
    }
    return released > 0
  }
}
