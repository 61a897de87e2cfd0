import VaultCRDT
import VaultEncoding
import VaultFolder

extension LocalIntake {
  /// Puts into the trash what the user deleted, and nothing that the folder did not show.
  func delete(_ change: LocalChange, isTop: Bool, in draft: inout Draft) throws {
    guard case .known(let key) = change.object, !found.contains(key) else { return }
    isGone(key)
    guard !ObjectKeys.isCopy(key) else {
      counts.deleted += 1
      if isRecast(key) == nil { try drop(key, in: &draft) }
      return
    }
    guard let object = object(key), draft.tree.contains(object), !draft.tree.isTrashed(object)
    else { return }
    // What is in a scope's folder is deleted there: the folder is made again, empty.
    guard !mounts.contains(object) else {
      mirror.needsWriting = true
      return
    }
    counts.deleted += 1
    // What lies in a deleted folder goes with it; what was moved out of it elsewhere stays.
    guard isTop else { return }
    if wasInStep, !mirror.applied.hasMarks, mounts.isEmpty { return try draft.trash(object) }
    try deleteShown(object, in: &draft)
  }

  private func deleteShown(_ object: ObjectID, in draft: inout Draft) throws {
    guard draft.tree.kind(of: object) == .folder else {
      return try deleteFile(object, in: &draft)
    }
    var going: [ObjectID] = []
    if goes(object, in: draft.tree, &going) { going = [object] } else { mirror.needsWriting = true }
    for object in going { try draft.trash(object) }
  }

  /// A file goes when all its contents were shown and are gone; else it has those that are left.
  private func deleteFile(_ object: ObjectID, in draft: inout Draft) throws {
    guard let kind = draft.tree.kind(of: object) else { return }
    let heads = draft.tree.distinctContents(of: object)
    let left = contentsLeft(of: object, heads, kind)
    if left.isEmpty { return try draft.trash(object) }
    mirror.needsWriting = true
    if left.count < heads.count { try settle(object, on: left, kind: kind, in: &draft) }
  }

  /// The contents of a file that the folder did not show, or still shows.
  private func contentsLeft(
    of object: ObjectID, _ heads: [ContentHead], _ kind: ObjectKind
  ) -> [ContentHead] {
    let shown = mirror.index.object(mirror.keys.key(object))?.contentTag
    return heads.filter { head in
      head.tag(of: kind)?.bytes != shown
        && !lostCopies.contains(mirror.keys.key(object, copy: head))
    }
  }

  /// Whether a folder and all that is shown in it was missed by the scan; if not, `going` gets what
  /// of it was.
  private func goes(_ folder: ObjectID, in tree: Tree, _ going: inout [ObjectID]) -> Bool {
    var goesWhole = true
    var own: [ObjectID] = []
    for child in tree.children(of: folder) {
      let object = child.object
      var isGoing = departed.contains(mirror.keys.key(object)) && !mounts.contains(object)
      if isGoing {
        isGoing =
          child.kind == .folder
          ? goes(object, in: tree, &own)
          : contentsLeft(of: object, tree.distinctContents(of: object), child.kind).isEmpty
      }
      if isGoing { own.append(object) } else { goesWhole = false }
    }
    if !goesWhole { going += own }
    return goesWhole
  }
}
