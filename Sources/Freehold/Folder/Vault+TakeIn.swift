import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultFolder
import VaultPacking
import VaultStore

// From the folder's changes to the tree.
//
// The idea: structure first (folders, moves, links, deletions), in batches; then the files are read
// and their content is taken in; a file is committed when every pack that it names is stored. The
// folder index is told what is in step only after the commit, so a crash at any point means that
// the next scan compares again: what the tree has already at that place is taken for the same
// object, not made a second time.

extension Vault {
  /// How many changes go into one batch: far below the longest entry.
  static let changesPerBatch = 8_000

  /// Carries what happened in the folder into the tree.
  func takeIn(
    _ changes: consuming FolderChanges, mirror: FolderMirror, meter: TrafficMeter,
    progress: SyncProgress, report: inout SyncReport
  ) async throws {
    let linkGroups = changes.linkGroups
    // From here on the intake alone holds the changes, and lets go of them as it reads.
    let intake = LocalIntake(changes, mirror: mirror, tree: tree, limits: ownLimits)
    mirror.index.reserve(intake.changes.createdCount)
    for slice in intake.changes.indices.slices(of: Self.changesPerBatch) {
      try commit { draft in
        for position in slice { try intake.applyIfAllowed(position, to: &draft) }
      }
    }
    intake.tellIndex()
    try await takeInFiles(intake, meter: meter, progress: progress)
    try takeIn(linkGroups, intake)
    if intake.wasInStep, !mirror.needsWriting,
      !mirror.applied.hasMarks || intake.counts.total == 0
    {
      mirror.applied.vector = tree.vector
    }
    report.outgoing = intake.counts
    tellOfKeptBack(intake.keptBack, &report)
  }

  /// Names of one file get one group, so that a writer makes them hard links again.
  private func takeIn(_ groups: [FolderChanges.LinkGroup], _ intake: LocalIntake) throws {
    let members = groups.map { group in
      group.members.compactMap { intake.object($0) }.filter { intake.mayLink($0, in: tree) }
    }
    .filter { $0.count > 1 }
    for slice in members.slices(of: Self.changesPerBatch / 4) {
      var random = generator
      try commit { draft in
        for objects in slice {
          let present = objects.filter { draft.tree.contains($0) }
          let tags = Set(present.map { draft.tree.attribute(of: $0, .linkGroup) })
          guard tags.count != 1 || tags.first == .some(nil) else { continue }
          let group =
            tags.compactMap { $0 }.min { $0.lexicographicallyPrecedes($1) }
            ?? random.nextBytes(16)
          for object in present where draft.tree.attribute(of: object, .linkGroup) != group {
            try draft.setAttribute(.linkGroup, of: object, to: group)
          }
        }
      }
      generator = random
    }
  }
}

extension ObjectKind {
  /// What the vault calls a kind of file; nil for what it does not keep.
  init?(_ kind: FileKind) {
    switch kind {
    case .file: self = .file
    case .folder: self = .folder
    case .symlink: self = .symlink
    default: return nil
    }
  }
}

extension Collection {
  /// The collection in parts of at most so many elements.
  func slices(of count: Int) -> [SubSequence] {
    var parts: [SubSequence] = []
    var start = startIndex
    while start != endIndex {
      let end = index(start, offsetBy: count, limitedBy: endIndex) ?? endIndex
      parts.append(self[start..<end])
      start = end
    }
    return parts
  }
}
