import VaultCRDT
import VaultEncoding
import VaultPolicy

// Whether what somebody wrote stays within the paths that it may write.
//
// The idea: a batch is judged by what it did to the tree as its author knew it, before and after.
// That tree follows from the batch and what it builds on, so every device comes to the same answer
// whatever else it has, and the answer never changes by what comes later.
//
// What moves or goes takes everything below it along: so for a folder all paths below it must pass.
// A folder may be made, and have other attributes, when something below it may be written.

/// Looks for changes outside of what an author may write.
struct WritingJudge {
  /// The first thing that is outside.
  struct Violation: Error, Hashable {
    /// What was to be done.
    var act: WritingRights.Act
    /// Where, as the author saw it.
    var path: [[UInt8]]
  }

  let rights: WritingRights
  /// The number of the entry.
  let entry: UInt64
  let before: Tree
  let after: Tree

  /// The first violation in a batch, whose author knew `before` and made it `after`; nil when there
  /// is none.
  ///
  /// Settings are not looked at: most of them count for managers only (docs/spec/sharing.md).
  func violation(in batch: Batch) -> Violation? {
    do throws(Violation) {
      for operation in batch.operations { try check(operation) }
      return nil
    } catch {
      return error
    }
  }

  private func check(_ operation: Operation) throws(Violation) {
    switch operation {
    case .create(let object, let kind, _, _):
      guard let path = after.path(of: object) else { return }
      try requireMaking(kind, at: path)
    case .move(let object, parent: .trash), .trash(let object):
      guard let path = before.path(of: object) else { return }
      try require(.remove, at: path, isWhole: isFolder(object))
    case .move(let object, _), .rename(let object, _):
      try checkPlaces(of: object)
    case .setContent(let object, _):
      for path in places(of: object) { try require(.put, at: path) }
    case .setAttribute(let object, _, _):
      for path in places(of: object) {
        if isFolder(object), rights.mayAllow(.meta, belowFolder: path, in: entry) { continue }
        try require(.meta, at: path)
      }
    case .setSetting: return
    }
  }

  /// Something left one place for another; what was made in this batch only came to one.
  private func checkPlaces(of object: ObjectID) throws(Violation) {
    guard let old = before.path(of: object) else {
      guard let path = after.path(of: object) else { return }
      return try before.contains(object)
        ? require(.put, at: path, isWhole: isFolder(object))
        : requireMaking(after.kind(of: object) ?? .file, at: path)
    }
    try require(.remove, at: old, isWhole: isFolder(object))
    guard let new = after.path(of: object) else { return }
    try require(.put, at: new, isWhole: isFolder(object))
  }

  private func requireMaking(_ kind: ObjectKind, at path: [[UInt8]]) throws(Violation) {
    if kind == .folder, rights.mayAllow(.put, belowFolder: path, in: entry) { return }
    try require(.put, at: path)
  }

  private func require(
    _ act: WritingRights.Act, at path: [[UInt8]], isWhole: Bool = false
  ) throws(Violation) {
    guard rights.allow(act, at: path, isFolder: isWhole, in: entry) else {
      throw Violation(act: act, path: path)
    }
  }

  private func isFolder(_ object: ObjectID) -> Bool { after.kind(of: object) == .folder }

  /// Where an object is shown before and after, each place once.
  private func places(of object: ObjectID) -> [[[UInt8]]] {
    let (old, new) = (before.path(of: object), after.path(of: object))
    return [old, new == old ? nil : new].compactMap { $0 }
  }
}
