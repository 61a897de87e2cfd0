public import VaultEncoding

/// Which keys a scope has, which one is written with, and what is owed.
///
/// docs/spec/policy.md, "Epochs".
extension PolicyState {
  /// Something that a manager must do for a scope.
  public enum OwedRotation: Hashable, Sendable {
    /// Start a new key: there is none, or every one was sealed to somebody who may not read.
    case newEpoch(scope: ScopeID)
    /// Seal the key of an epoch that no other follows to readers who lack it.
    case seals(scope: ScopeID, epoch: CID, recipients: [DID])
  }

  /// The keys of a scope, by number and entry; with those that do not count, for reading.
  public func epochs(of scope: ScopeID) -> [EpochRecord] { epochsByScope[scope] ?? [] }

  /// The epoch that an entry started.
  public func epoch(_ entry: CID) -> EpochRecord? {
    guard let scope = history.entry(entry)?.epoch?.scope else { return nil }
    return epochs(of: scope).first { $0.entry == entry }
  }

  /// The epoch to write with: of those that no other follows and that are sealed to nobody who may
  /// not read, the one that all readers can open before others, then the highest number, then the
  /// smallest name.
  ///
  /// Nil when a new key is owed first.
  public func writingEpoch(of scope: ScopeID, at now: Timestamp? = nil) -> EpochRecord? {
    let readers = Set(recipients(of: scope, at: now).map(\.did))
    return latestEpochs(of: scope).filter { $0.recipients.isSubset(of: readers) }
      .min { left, right in
        let exact = (left.recipients == readers, right.recipients == readers)
        if exact.0 != exact.1 { return exact.0 }
        if left.number != right.number { return left.number > right.number }
        return left.entry < right.entry
      }
  }

  /// The epochs that count and that no other that counts follows: a new one follows all of them.
  public func latestEpochs(of scope: ScopeID) -> [EpochRecord] {
    let effective = epochs(of: scope).filter(\.isEffective)
    let followed = Set(effective.flatMap { $0.follows.map(\.epoch) })
    return effective.filter { !followed.contains($0.entry) }
  }

  /// What is owed for every scope that is named or has a key; empty when all is well.
  ///
  /// With a time, a reader whose grant is over by then counts as removed.
  public func owedRotations(at now: Timestamp? = nil) -> [OwedRotation] {
    let known = Set(scopes.map(\.scope)).union(epochsByScope.keys)
    return known.sorted().flatMap { scope -> [OwedRotation] in
      guard writingEpoch(of: scope, at: now) != nil else { return [.newEpoch(scope: scope)] }
      let readers = recipients(of: scope, at: now).map(\.did)
      // Others write with concurrent ones until they hear of each other: everybody reads those too.
      return latestEpochs(of: scope).compactMap { epoch in
        let lacking = readers.filter { !epoch.recipients.contains($0) }
        return lacking.isEmpty
          ? nil : .seals(scope: scope, epoch: epoch.entry, recipients: lacking)
      }
    }
  }
}
