import VaultCRDT
import VaultEncoding

/// How several objects that were made of one thing become one again
/// (docs/spec/sharing.md section 3).
///
/// Devices that shared one folder without having heard of each other have each put into the scope
/// what they saw; the attribute `origin` tells which of it is the same. Every device that folds
/// comes to compatible steps: of folders the first stays, whatever the device knows, and what was
/// written since by somebody is never what goes, as a deletion hides no content that it has not
/// seen.
struct TwinFolding {
  /// What is moved out of a folder that goes, and where to.
  private(set) var moves: [(object: ObjectID, folder: ObjectID)] = []
  /// What goes: each of them with all that is in it then.
  private(set) var trashed: [ObjectID] = []

  var isEmpty: Bool { moves.isEmpty && trashed.isEmpty }

  /// Complexity: O(*n* log *n*) for *n* objects with an origin.
  init(_ tree: Tree) {
    var substitutes: [ObjectID: ObjectID] = [:]
    for group in tree.groups(sharing: .origin) {
      for twins in Dictionary(grouping: group, by: { tree.kind(of: $0) }).values {
        substitutes.merge(Self.substitutes(among: twins, in: tree)) { first, _ in first }
      }
    }
    for going in substitutes.keys.sorted() {
      let folder = tree.parent(of: going)
      if folder.flatMap({ substitutes[$0] }) == nil { trashed.append(going) }
      guard tree.kind(of: going) == .folder, let other = substitutes[going] else { continue }
      for child in tree.children(of: going) where substitutes[child.object] == nil {
        moves.append((child.object, other))
      }
    }
  }

  /// Which of some twins go, sorted ones of one kind, and what stays in the place of each.
  private static func substitutes(
    among twins: [ObjectID], in tree: Tree
  ) -> [ObjectID: ObjectID] {
    let staying = staying(among: twins, in: tree)
    guard let first = staying.first else { return [:] }
    let going = twins.filter { !staying.contains($0) && !tree.isInside(first, folder: $0) }
    return Dictionary(uniqueKeysWithValues: going.map { ($0, first) })
  }

  /// Of folders the first; of files and links those that were written since, of equal ones the
  /// first, or the very first when none was.
  private static func staying(among twins: [ObjectID], in tree: Tree) -> [ObjectID] {
    guard let first = twins.first, let kind = tree.kind(of: first) else { return [] }
    guard kind != .folder else { return [first] }
    var contents: Set<Set<Bytes32?>> = []
    let written = twins.filter { !tree.isAsMade($0) }.filter { twin in
      contents.insert(Set(tree.contents(of: twin).map { $0.tag(of: kind) })).inserted
    }
    return written.isEmpty ? [first] : written
  }
}

extension Tree {
  /// Whether a file or link has the content that it was made with.
  fileprivate func isAsMade(_ object: ObjectID) -> Bool {
    let contents = contents(of: object)
    guard let only = contents.first, contents.count == 1 else { return contents.isEmpty }
    return only.replica == object.replica && only.counter == object.counter + 1
  }

  /// Whether an object lies in a folder, however deep.
  fileprivate func isInside(_ object: ObjectID, folder: ObjectID) -> Bool {
    var step = parent(of: object)
    while let next = step {
      if next == folder { return true }
      step = parent(of: next)
    }
    return false
  }
}
