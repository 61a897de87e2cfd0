import VaultCRDT
import VaultFolder
import VaultPolicy

// What a device that may write some paths only takes in from its folder.
//
// The rest stays there as it is: it differs from what the folder showed, so it is never
// overwritten, and it is found and named again by each sync. The judge of batches
// (Writing/WritingJudge.swift) says the same about the operations that come of it.

extension LocalIntake {
  /// Does one change if this device may; else it is kept back.
  func applyIfAllowed(_ position: Int, to draft: inout Draft) throws {
    let change = changes[position]
    guard let limits else { return try apply(change, position, to: &draft) }
    guard isAllowed(change, limits, draft.tree) else {
      if change.isWorthTelling { keptBack.append(change.path) }
      return
    }
    try apply(standingAlone(change, limits, draft.tree), position, to: &draft)
  }

  /// Whether this device may say that a file is a name of another.
  func mayLink(_ object: ObjectID, in tree: Tree) -> Bool {
    guard let limits else { return true }
    return tree.path(of: object).map { limits.allow(.meta, at: $0, in: .max) } ?? false
  }

  private func isAllowed(_ change: LocalChange, _ limits: WritingRights, _ tree: Tree) -> Bool {
    let new = place(of: change, tree)
    let old = object(change.object).flatMap { tree.path(of: $0) } ?? new
    let isFolder = change.stat.kind == .folder
    switch change.action {
    case .created:
      return isFolder && limits.mayAllow(.put, belowFolder: new, in: .max)
        || limits.allow(.put, at: new, in: .max) && limits.allow(.meta, at: new, in: .max)
    case .moved:
      return limits.allow(.remove, at: old, isFolder: isFolder, in: .max)
        && limits.allow(.put, at: new, isFolder: isFolder, in: .max)
    case .contentMaybeChanged:
      return limits.allow(.put, at: old, in: .max) && limits.allow(.meta, at: old, in: .max)
    case .attributesChanged:
      return isFolder && limits.mayAllow(.put, belowFolder: old, in: .max)
        || limits.allow(.meta, at: old, in: .max)
    case .deleted:
      return limits.allow(.remove, at: old, isFolder: isFolder, in: .max)
    }
  }

  /// What lies in a deleted folder goes with it; where the folder may not go, by itself.
  private func standingAlone(
    _ change: LocalChange, _ limits: WritingRights, _ tree: Tree
  ) -> LocalChange {
    guard case .deleted(isTop: false) = change.action,
      let around = object(change.parent).flatMap({ tree.path(of: $0) }),
      !limits.allow(.remove, at: around, isFolder: true, in: .max)
    else { return change }
    return change.with(.deleted(isTop: true))
  }

  /// Where something is by now, as the tree names it.
  private func place(of change: LocalChange, _ tree: Tree) -> [[UInt8]] {
    let shown = change.path.names.map(\.bytes)
    guard let name = shown.last, let folder = object(change.parent),
      let around = tree.path(of: folder)
    else { return shown }
    return around + [name]
  }
}
