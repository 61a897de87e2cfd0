import VaultFolder
import VaultPolicy

/// Holds a sync up when the folder looks emptied: an unmounted disk, a wrong path, a mistake.
enum MassChangeGuard {
  /// So many deletions at once are asked about.
  static let deletionsMax = 1_000
  /// So large a share of everything is asked about.
  static let shareMax = 0.3
  /// So few are never asked about.
  static let deletionsHarmless = 20

  /// Throws `needsDecision` when a person should look first.
  ///
  /// What a device may not remove, by its limits, is not asked about: it stays in the vault.
  static func check(_ changes: FolderChanges, limits: WritingRights? = nil) throws {
    let deleted = limits.map { deletedCount(in: changes, within: $0) } ?? changes.deletedCount
    if changes.rootWasReplaced, changes.indexedCount > 0 {
      throw FreeholdError(
        .needsDecision,
        "the folder is not the one of last time: an unmounted disk, or a copy of it",
        hint: "mount it; if it is right as it is, freehold sync --accept")
    }
    let share = Double(deleted) / Double(max(1, changes.indexedCount))
    guard deleted > deletionsMax || (deleted > deletionsHarmless && share > shareMax) else {
      return
    }
    throw FreeholdError(
      .needsDecision, "\(deleted) of \(changes.indexedCount) files and folders are gone",
      hint: "if that is meant, freehold sync --accept; deleted files stay restorable")
  }

  private static func deletedCount(
    in changes: FolderChanges, within limits: WritingRights
  ) -> Int {
    changes.changes.ofKnownObjects.reduce(0) { count, change in
      guard case .deleted = change.action else { return count }
      return count + (limits.allow(.remove, at: change.path.names.map(\.bytes), in: .max) ? 1 : 0)
    }
  }
}
