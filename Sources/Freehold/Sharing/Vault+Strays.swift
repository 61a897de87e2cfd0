import VaultCRDT
import VaultEncoding
import VaultFolder

// What another device put into a folder before it heard that the folder is a scope.
//
// It lies below the mount in the tree around, where nothing shows it. Whoever sees it moves it into
// the scope. Two devices may do so at once: then a file is there twice, and none is lost.

extension Vault {
  /// Moves what lies below a mount in this tree into the scope's own; whether there was any.
  func settleStrays(of mount: Mount, in part: Vault) async throws -> Bool {
    let strays = tree.children(of: mount.object)
    guard !strays.isEmpty, writesHere, ownLimits == nil, await part.writesHere,
      await part.ownLimits == nil, await part.isComplete
    else { return false }
    let seed = try await seed(of: mount.object)
    // A guest's word about which folder is a scope counts for nothing.
    let hasScopes = seed.items.contains { $0.attributes.contains { $0.key == .scope } }
    guard isManager || !hasScopes else { return false }
    try await part.plant(seed)
    try commit { draft in
      for stray in strays { try draft.trash(stray.object) }
    }
    return true
  }

  /// Brings the nodes what was written after they were asked.
  func bringRest(
    _ options: SyncOptions, progress: SyncProgress, report: inout SyncReport
  ) async throws {
    let meter = TrafficMeter()
    let outcomes = try await exchangeWithNodes(
      without: options.without, meter: meter, progress: progress)
    report.sentBytes += meter.sentBytes
    report.receivedBytes += meter.receivedBytes
    report.redundancy.isMet =
      try report.redundancy.isMet && redundancyStatus(outcomes).isMet
    report.problems += problems(outcomes).filter { !report.problems.contains($0) }
  }
}
