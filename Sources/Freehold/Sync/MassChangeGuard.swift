import VaultFolder

/// Holds a sync up when the folder looks emptied: an unmounted disk, a wrong path, a mistake.
enum MassChangeGuard {
  /// So many deletions at once are asked about.
  static let deletionsMax = 1_000
  /// So large a share of everything is asked about.
  static let shareMax = 0.3
  /// So few are never asked about.
  static let deletionsHarmless = 20

  /// Throws `needsDecision` when a person should look first.
  static func check(_ changes: FolderChanges) throws {
    let deleted = changes.deletedCount
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
}
