import VaultCRDT
import VaultEncoding
import VaultFolder

// What several devices have put into one scope at once.

extension Vault {
  /// Makes one of things that several devices made of one thing; keeps how many there were for the
  /// report.
  ///
  /// Who may write some paths only leaves it to others.
  func foldTwins() throws {
    guard writesHere, ownLimits == nil else { return }
    let folding = TwinFolding(tree)
    guard !folding.isEmpty else { return }
    for slice in folding.moves.slices(of: Self.changesPerBatch) {
      try commit { draft in
        for (object, folder) in slice { try draft.move(object, to: folder) }
      }
    }
    for slice in folding.trashed.slices(of: Self.changesPerBatch) {
      try commit { draft in
        for object in slice { try draft.trash(object) }
      }
    }
    foldedCount += folding.trashed.count
  }

  /// What a sync says of it.
  func foldingNote() -> [Problem] {
    guard foldedCount > 0 else { return [] }
    defer { foldedCount = 0 }
    let name = boundFolder.split(separator: UInt8(ascii: "/")).last.flatMap { FileName(Array($0)) }
    let folder = name.map { FolderPath([$0]).escapedForTerminal } ?? "a folder"
    let count = foldedCount == 1 ? "1 thing" : "\(foldedCount) things"
    return [
      Problem(
        .note, .partial,
        "\(folder) was shared on several devices at once: it is one folder, with the people of"
          + " each; \(count) that several of them had put into it became one",
        hint: "freehold grants shows who has access")
    ]
  }
}

extension FolderMirror {
  /// Lets what lies in the folder stand for the twin that is shown in its place: nothing is written
  /// for it.
  func followTwins(in tree: Tree) {
    let origins = tree.values(of: .origin)
    let gone = origins.filter {
      tree.isTrashed($0.object) && index.object(keys.key($0.object)) != nil
    }
    guard !gone.isEmpty else { return }
    let shown = Dictionary(
      origins.filter { !tree.isTrashed($0.object) }.map { ($0.value, $0.object) },
      uniquingKeysWith: min)
    for (object, origin) in gone {
      guard let twin = shown[origin] else { continue }
      index.rekey(keys.key(object), to: keys.key(twin))
    }
  }
}
