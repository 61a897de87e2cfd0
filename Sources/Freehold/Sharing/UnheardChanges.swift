import VaultCRDT
import VaultEncoding
import VaultFolder
import VaultStore

// What a device did inside a folder before it heard that the folder is a scope.
//
// It said so in the tree around: a file has another name there, or is in the trash. The tree of the
// scope shows what whoever made the scope saw, and nobody looks into the tree around any more. So
// the rows that go to the scope's index say how things were then: compared with them the folder
// tells once more what was done in it, and the scope's own feed gets it.
//
// Example: the scope was made from {a, b, c}. This device had renamed b to d and removed c, and had
// not heard. Its index knows {a, d}; the rows are {a, b where d is now, c that is gone}.

/// The tree around a scope as it was for who made the scope, and what this device did to it since.
struct UnheardChanges {
  let past: Tree
  /// Objects whose place this device changed.
  let moved: Set<ObjectID>
  /// Objects that this device put into the trash.
  let trashed: Set<ObjectID>

  /// A row of the index as it would have been then; nil when the object was not there.
  ///
  /// What was written since keeps its row, which no object of the scope has: both versions lie side
  /// by side.
  func asThen(_ row: ReleasedRows.Row) -> ReleasedRows.Row? {
    guard let then = place(of: row.object) else { return nil }
    var row = row
    if moved.contains(row.object) { (row.parent, row.name) = (then.parent, then.name) }
    return row
  }

  /// Rows for what was in a folder then and is not known any more, because this device removed it,
  /// or a folder around it.
  func removed(from folder: ObjectID, known: Set<ObjectID>) -> [ReleasedRows.Row] {
    var found: [ReleasedRows.Row] = []
    var pending = [(folder: folder, isRemoved: false)]
    while let next = pending.popLast() {
      for child in past.children(of: next.folder).map(\.object) {
        let isRemoved = !known.contains(child) && (next.isRemoved || trashed.contains(child))
        if isRemoved, let row = place(of: child) { found.append(row) }
        pending.append((child, isRemoved))
      }
    }
    return found
  }

  private func place(of object: ObjectID) -> ReleasedRows.Row? {
    guard let parent = past.parent(of: object), !past.isTrashed(object),
      let name = past.name(of: object).flatMap({ FileName($0) })
    else { return nil }
    return ReleasedRows.Row(
      object: object, parent: parent, name: name, stat: emptyStat(of: object),
      tag: past.contentTag(of: object)?.bytes ?? [], isSettled: true)
  }

  /// The stat of nothing that is there.
  private func emptyStat(of object: ObjectID) -> FileStat {
    let mode: UInt32 =
      switch past.kind(of: object) {
      case .folder: 0o040_000
      case .symlink: 0o120_000
      default: 0o100_000
      }
    let never = FileTime(seconds: 0)
    return FileStat(
      device: 0, inode: 0, sizeBytes: 0, mode: mode, modified: never, changed: never)
  }
}

/// When a folder became a scope.
struct ScopeBirth {
  /// Who made it.
  let author: Bytes32
  /// What the author had merged, and had done, before.
  let seen: VersionVector
  /// The whole history.
  let batches: [Batch]
}

extension Vault {
  /// What this device did without having heard of a scope; nil for nothing, or when the history
  /// does not tell.
  func unheardChanges(of mount: Mount) throws -> UnheardChanges? {
    guard let birth = try birth(of: mount), birth.author != device.key else { return nil }
    let own = birth.batches.filter {
      $0.replica == device.key && $0.sequence > birth.seen[device.key]
    }
    guard !own.isEmpty else { return nil }
    var (moved, trashed) = (Set<ObjectID>(), Set<ObjectID>())
    for operation in own.lazy.flatMap(\.operations) {
      switch operation {
      case .trash(let object), .move(let object, parent: .trash): trashed.insert(object)
      case .move(let object, _), .rename(let object, _): moved.insert(object)
      default: continue
      }
    }
    return UnheardChanges(past: past(of: birth), moved: moved, trashed: trashed)
  }

  /// The batch that made a folder stand for a scope; nil when the history does not tell.
  func birth(of mount: Mount) throws -> ScopeBirth? {
    guard try database.read({ try $0.feeds(in: scope) }).allSatisfy({ $0.first == 1 }) else {
      return nil
    }
    let batches = try history()
    let birth = batches.first { batch in
      batch.operations.contains { $0 == .setAttribute(mount.object, .scope, mount.scope.bytes) }
    }
    guard let birth else { return nil }
    var seen = VersionVector()
    for batch in batches where batch.replica == birth.replica && batch.sequence <= birth.sequence {
      for (replica, sequence) in batch.dependencies.sorted {
        seen[replica] = max(seen[replica], sequence)
      }
    }
    seen[birth.replica] = birth.sequence - 1
    return ScopeBirth(author: birth.replica, seen: seen, batches: batches)
  }

  /// The tree as it was for who made a scope, just before.
  func past(of birth: ScopeBirth) -> Tree {
    var past = Tree()
    past.conflictLabel = tree.conflictLabel
    _ = past.merge(birth.batches.filter { $0.sequence <= birth.seen[$0.replica] })
    return past
  }
}
