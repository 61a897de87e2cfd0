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
    _ changes: FolderChanges, mirror: FolderMirror, meter: TrafficMeter, progress: SyncProgress
  ) async throws -> SyncReport.FileCounts {
    var counts = SyncReport.FileCounts()
    var plan = LocalPlan()
    var made = 0
    for slice in changes.changes.slices(of: Self.changesPerBatch) {
      var done: [LocalChange] = []
      try commit { draft in
        for change in slice {
          if try apply(change, to: &draft, plan: &plan, made: &made, mirror: mirror) {
            done.append(change)
          }
        }
      }
      try record(done, plan: plan, mirror: mirror)
      count(done, in: &counts)
    }
    try await takeIn(&plan, mirror: mirror, counts: &counts, meter: meter, progress: progress)
    try takeIn(changes.linkGroups, plan: plan, mirror: mirror)
    return counts
  }

  /// Does one structural change; files are put on the plan instead.
  ///
  /// Returns whether it was done.
  private func apply(
    _ change: LocalChange, to draft: inout Draft, plan: inout LocalPlan, made: inout Int,
    mirror: FolderMirror
  ) throws -> Bool {
    switch change.action {
    case .created:
      defer { made += 1 }
      return try create(change, number: made, in: &draft, plan: &plan, mirror: mirror)
    case .moved:
      guard let object = mirror.object(change.object, plan), let name = change.path.name,
        let parent = mirror.object(change.parent, plan), draft.tree.contains(object)
      else { return false }
      if draft.tree.parent(of: object) != parent { try draft.move(object, to: parent) }
      if draft.tree.wantedName(of: object) != name.bytes, draft.tree.name(of: object) != name.bytes
      {
        try draft.rename(object, to: name.bytes)
      }
      return true
    case .contentMaybeChanged:
      return try changeContent(change, in: &draft, plan: &plan, mirror: mirror)
    case .attributesChanged:
      guard let object = mirror.object(change.object, plan),
        let kind = draft.tree.kind(of: object)
      else { return false }
      try observe(change, mirror).record(object, kind: kind, in: &draft)
      return true
    case .deleted(let isTop):
      guard let object = mirror.object(change.object, plan) else { return false }
      if isTop, draft.tree.contains(object), !draft.tree.isTrashed(object) {
        try draft.trash(object)
      }
      return true
    }
  }

  private func create(
    _ change: LocalChange, number: Int, in draft: inout Draft, plan: inout LocalPlan,
    mirror: FolderMirror
  ) throws -> Bool {
    guard let name = change.path.name, let parent = mirror.object(change.parent, plan),
      let kind = ObjectKind(change.stat.kind)
    else { return false }
    let there = draft.tree.child(of: parent, named: name.bytes)
    let adopted = there.flatMap { draft.tree.kind(of: $0) == kind ? $0 : nil }
    if kind == .file {
      if let adopted { plan.madeObjects[number] = adopted }
      plan.files.append(
        LocalPlan.FileToRead(
          object: .created(number), parent: mirror.planned(change.parent),
          path: change.path, stat: change.stat))
      return false
    }
    let object = try adopted ?? draft.create(kind, in: parent, named: name.bytes)
    plan.madeObjects[number] = object
    if kind == .symlink { try setLink(change, object, in: &draft, mirror: mirror) }
    try observe(change, mirror).record(object, kind: kind, in: &draft)
    return true
  }

  private func changeContent(
    _ change: LocalChange, in draft: inout Draft, plan: inout LocalPlan, mirror: FolderMirror
  ) throws -> Bool {
    guard let object = mirror.object(change.object, plan) else { return false }
    if change.stat.kind == .symlink {
      try setLink(change, object, in: &draft, mirror: mirror)
      try observe(change, mirror).record(object, kind: .symlink, in: &draft)
      return true
    }
    plan.files.append(
      LocalPlan.FileToRead(
        object: .known(object), parent: mirror.planned(change.parent), path: change.path,
        stat: change.stat))
    return false
  }

  private func setLink(
    _ change: LocalChange, _ object: ObjectID, in draft: inout Draft, mirror: FolderMirror
  ) throws {
    do {
      let target = try mirror.root.linkTarget(at: change.path)
      if draft.tree.contents(of: object).first?.value != target {
        try draft.setContent(object, to: target)
      }
    } catch let error as FolderError {
      mirror.troubles.append(error)
    }
  }

  private func observe(_ change: LocalChange, _ mirror: FolderMirror) -> ObservedAttributes {
    var kept: [ExtendedAttribute] = []
    if change.stat.kind != .symlink {
      do {
        let found = try mirror.root.extendedAttributes(at: change.path)
        kept = found.kept
        mirror.notKept += found.notKept.map { NotKept(path: change.path, reason: $0) }
      } catch {
        mirror.troubles.append(error)
      }
    }
    return ObservedAttributes(change.stat, extended: kept)
  }

  /// Tells the index what is in step now.
  private func record(
    _ changes: [LocalChange], plan: LocalPlan, mirror: FolderMirror
  ) throws {
    var gone: [FolderKey] = []
    var present: [IndexedObject] = []
    for change in changes {
      if case .deleted = change.action {
        if case .known(let key) = change.object { gone.append(key) }
        continue
      }
      guard let object = mirror.object(change, plan), let name = change.path.name,
        let parent = mirror.object(change.parent, plan)
      else { continue }
      present.append(
        mirror.row(
          object, parent: parent, name: name, stat: change.stat, tag: tree.contentTag(of: object)))
    }
    try mirror.index.record(contentsOf: present, removing: gone)
  }

  private func count(_ changes: [LocalChange], in counts: inout SyncReport.FileCounts) {
    for change in changes {
      switch change.action {
      case .created: counts.added += 1
      case .deleted: counts.deleted += 1
      default: counts.changed += 1
      }
    }
  }

  /// Names of one file get one group, so that a writer makes them hard links again.
  private func takeIn(
    _ groups: [FolderChanges.LinkGroup], plan: LocalPlan, mirror: FolderMirror
  ) throws {
    let members = groups.map { $0.members.compactMap { mirror.object($0, plan) } }
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

extension FolderMirror {
  /// The object that the index or the plan knows.
  func object(_ object: LocalChange.Object, _ plan: LocalPlan) -> ObjectID? {
    switch object {
    case .known(let key): keys.object(key)
    case .created(let number): plan.madeObjects[number]
    }
  }

  /// The object that a change is about.
  func object(_ change: LocalChange, _ plan: LocalPlan) -> ObjectID? {
    object(change.object, plan)
  }

  /// The object for later, when created ones have been made.
  func planned(_ object: LocalChange.Object) -> LocalPlan.PlannedObject {
    switch object {
    case .known(let key): .known(keys.object(key) ?? .root)
    case .created(let number): .created(number)
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

extension Tree {
  /// What tells whether an object's content is the one that lies in the folder; nil for folders.
  func contentTag(of object: ObjectID) -> Bytes32? {
    guard let value = contents(of: object).first?.value else { return nil }
    switch kind(of: object) {
    case .file: return (try? Manifest(decoding: value))?.contentTag
    case .symlink: return Manifest.inline(value).contentTag
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
