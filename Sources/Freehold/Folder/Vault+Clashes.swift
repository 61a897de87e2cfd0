import VaultCRDT
import VaultEncoding
import VaultFolder

// Files of one name that were made in several places. One of them has the name, the others a marked
// one, until they are called otherwise or the first one goes.

extension Vault {
  /// The files of one name among what a folder shows: first the one that has it.
  func clashes(among shown: [ShownThing]) -> [[ShownThing]] {
    let marked = shown.filter { isMarked($0) }
    let groups = Dictionary(grouping: marked) { tree.wantedName(of: $0.object) ?? [] }
    return groups.map { name, others in
      shown.filter { $0.copy == nil && $0.name == name && $0.kind != .folder } + others
    }
  }

  private func isMarked(_ thing: ShownThing) -> Bool {
    thing.copy == nil && thing.kind != .folder
      && tree.wantedName(of: thing.object).map { $0 != thing.name } ?? false
  }

  /// The files of one name of which a path names one; nil when there are no others, or when that
  /// file has several contents itself: those are seen to first.
  func clash(at path: VaultPath) throws -> [ShownThing]? {
    guard let folder = tree.object(at: path.names.dropLast()) else { return nil }
    let shown = tree.shown(in: folder)
    guard let thing = shown.first(where: { $0.name == path.names.last }), thing.copy == nil,
      !shown.contains(where: { $0.object == thing.object && $0.copy != nil })
    else { return nil }
    return clashes(among: shown).first { $0.count > 1 && $0.contains { $0.object == thing.object } }
  }

  /// Ends a clash: removes all files but one, or gives each the name that it is shown under.
  func resolve(_ things: [ShownThing], keep choice: ConflictChoice) throws {
    let heads = things.map { tree.content(of: $0) }
    let mine = heads.firstIndex { $0?.replica == device.key } ?? 0
    let kept: Int? =
      switch choice {
      case .mine: mine
      case .theirs: newest(of: heads, but: mine)
      case .both: nil
      }
    let marked = things.filter { isMarked($0) }
    try commit { draft in
      guard let kept else {
        for thing in marked { try draft.rename(thing.object, to: thing.name) }
        return
      }
      for (index, thing) in things.enumerated() where index != kept {
        try draft.trash(thing.object)
      }
    }
  }

  private func newest(of heads: [ContentHead?], but mine: Int) -> Int {
    heads.indices.filter { $0 != mine }
      .max { heads[$0]?.time.milliseconds ?? .min < heads[$1]?.time.milliseconds ?? .min } ?? mine
  }
}
