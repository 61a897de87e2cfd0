import VaultCRDT
import VaultEncoding
import VaultFolder

/// What the folder lacks to be what the tree shows.
struct FolderPlan {
  /// Something that is to be at a place: a folder that is new, or anything that moves.
  struct Place {
    var thing: ShownThing
    var key: FolderKey
    var parent: FolderKey
    var name: FileName
    var isNew: Bool
  }

  /// A file or link whose content is to be written.
  struct Write {
    var thing: ShownThing
    var key: FolderKey
    var parent: FolderKey
    var name: FileName
    var tag: Bytes32
    var isNew: Bool
  }

  /// Folders before what lies in them.
  var places: [Place] = []
  var links: [Write] = []
  var files: [Write] = []
  /// Where attributes are to be compared.
  var attributes: [(key: FolderKey, thing: ShownThing)] = []
  /// What the tree does not show any more.
  var doomed: Set<FolderKey> = []
  /// Whether a name is marked.
  var hasMarks = false
  var problems: [Problem] = []

  /// What would be done, counted.
  var counts: SyncReport.FileCounts {
    var counts = SyncReport.FileCounts()
    var changed: Set<FolderKey> = []
    for place in places { if place.isNew { counts.added += 1 } else { changed.insert(place.key) } }
    for write in links + files {
      if write.isNew { counts.added += 1 } else { changed.insert(write.key) }
    }
    for item in attributes { changed.insert(item.key) }
    counts.changed = changed.count
    counts.deleted = doomed.count
    return counts
  }
}

/// Compares the tree with the folder index.
struct FolderPlanner {
  let tree: Tree
  let index: FolderIndex
  let touched: TouchedObjects
  /// Found in the folder, but with attributes of their own.
  let adopted: Set<ObjectID>
  /// Folders whose inside is another scope's.
  let mounts: Set<ObjectID>
  var keys: ObjectKeys
  private(set) var plan = FolderPlan()
  private var groups: LinkGroups
  private var shownCount = 0

  init(
    tree: Tree, index: FolderIndex, touched: TouchedObjects, adopted: Set<ObjectID>,
    keys: ObjectKeys, mounts: Set<ObjectID> = []
  ) {
    self.tree = tree
    self.index = index
    self.touched = touched
    self.adopted = adopted
    self.keys = keys
    self.mounts = mounts
    groups = LinkGroups(tree)
  }

  /// Walks the whole tree.
  ///
  /// Complexity: O(objects).
  mutating func run() {
    var pending = [(object: ObjectID.root, key: ObjectKeys.root)]
    while let folder = pending.popLast() {
      for thing in tree.shown(in: folder.object) {
        guard let name = FileName(thing.name),
          !FolderRoot.isReserved(name, inRoot: folder.object == .root)
        else {
          plan.problems.append(
            Problem(
              .warning, .partial,
              "a name cannot be written here: \(String(decoding: thing.name, as: UTF8.self))",
              hint: "it is rather renamed on the device that it comes from"))
          continue
        }
        let key = keys.key(thing)
        compare(thing, key, in: folder.key, name)
        guard thing.kind == .folder, !mounts.contains(thing.object) else { continue }
        pending.append((thing.object, key))
      }
    }
    if shownCount < index.count { doom() }
  }

  private mutating func compare(
    _ thing: ShownThing, _ key: FolderKey, in parent: FolderKey, _ name: FileName
  ) {
    if thing.copy != nil || thing.name != tree.wantedName(of: thing.object) { plan.hasMarks = true }
    let row = index.object(key)
    if let row {
      shownCount += 1
      if row.parent != parent || row.name != name {
        plan.places.append(
          FolderPlan.Place(thing: thing, key: key, parent: parent, name: name, isNew: false))
      }
      guard touched.contains(thing.object) || adopted.contains(thing.object) else { return }
    }
    guard thing.kind != .folder else {
      if row != nil { return plan.attributes.append((key, thing)) }
      return plan.places.append(
        FolderPlan.Place(thing: thing, key: key, parent: parent, name: name, isNew: true))
    }
    // A file that was made and never written shows nothing.
    guard let head = tree.content(of: thing) else { return }
    guard let tag = head.tag(of: thing.kind) else {
      return plan.problems.append(
        Problem(.danger, .tampered, "\(name.escapedForTerminal): its manifest makes no sense"))
    }
    let write = FolderPlan.Write(
      thing: thing, key: key, parent: parent, name: name, tag: tag, isNew: row == nil)
    if thing.kind == .symlink {
      if row?.contentTag != tag.bytes { plan.links.append(write) }
    } else if row?.contentTag != tag.bytes || (row.map { isLinkedWrongly(thing, $0, tag) } ?? false)
    {
      plan.files.append(write)
    }
    if row != nil { plan.attributes.append((key, thing)) }
  }

  /// Whether a file is no hard link where it should be one, or is one where it should not.
  private mutating func isLinkedWrongly(
    _ thing: ShownThing, _ row: IndexedObject, _ tag: Bytes32
  ) -> Bool {
    guard let lead = groups.lead(of: thing, tag: tag) else {
      return row.stat.linkCount > 1
        && index.objects(device: row.stat.device, inode: row.stat.inode).count > 1
    }
    guard lead != thing.object else { return false }
    let other = index.object(keys.key(lead))
    guard let other else { return true }
    return other.stat.inode != row.stat.inode || other.stat.device != row.stat.device
  }

  private mutating func doom() {
    for row in index.objects where !isShown(row.key) { plan.doomed.insert(row.key) }
  }

  private func isShown(_ key: FolderKey) -> Bool {
    if let copy = keys.copy(key) {
      return !tree.isTrashed(copy.object)
        && tree.distinctContents(of: copy.object).dropFirst().contains {
          $0.replica == copy.replica && $0.counter == copy.counter
        }
    }
    guard let object = keys.object(key), tree.contains(object) else { return false }
    return !tree.isTrashed(object)
  }
}

/// Which files are names of one file: those of a link group that have the same content.
///
/// One inode has one set of attributes: that of the group's *lead*, the first of those files.
struct LinkGroups {
  private let tree: Tree
  private var members: [[UInt8]: [ObjectID]] = [:]

  init(_ tree: Tree) {
    self.tree = tree
  }

  /// The files that are to be one with a file, itself included; fewer than two are none.
  mutating func members(of thing: ShownThing, tag: Bytes32) -> [ObjectID] {
    guard thing.copy == nil, let group = tree.attribute(of: thing.object, .linkGroup) else {
      return []
    }
    let all = members[group] ?? tree.objects(with: .linkGroup, equalTo: group)
    members[group] = all
    let same = all.filter { tree.contentTag(of: $0) == tag }
    return same.count > 1 ? same : []
  }

  /// The file whose attributes count.
  mutating func lead(of thing: ShownThing, tag: Bytes32) -> ObjectID? {
    members(of: thing, tag: tag).first
  }
}
