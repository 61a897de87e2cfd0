import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultFolder

// From the tree to the folder.
//
// The idea: the plan says what differs. First places: folders are made, and what moves is moved,
// each as soon as its new place is free; what goes round in a ring waits under a name of its own.
// Then contents, those that lie in the folder already before those that come from packs, pack by
// pack. Then attributes; then what is gone, from the leaves up; last the attributes of folders.
//
// Example: the tree swapped `a` and `b`, and deleted `c`. `a` waits as `.freehold-moving-…`, `b`
// becomes `a`, the waiting one becomes `b`, and `c` is removed.
//
// Invariant: the index says at each moment what lies in the folder, and a step is done only where
// the folder still is as the index says: what the user changed meanwhile is left for the next scan.
// Nothing is told to be in step before all of it is durable, so a crash at any step only means that
// the next scan finds a part done (docs/spec/folder.md, "Writing the tree").

/// Makes the folder what the tree shows.
final class FolderApplier {
  let mirror: FolderMirror
  let tree: Tree
  let writer: FolderWriter
  let contents: ContentCopier
  let progress: SyncProgress
  var plan: FolderPlan
  var groups: LinkGroups
  var generator: RandomnessGenerator

  /// What was done.
  var counts = SyncReport.FileCounts()
  var changed: Set<FolderKey> = []
  /// Whether something was not done: the folder is not in step.
  var isUnfinished = false
  /// Whether something stays that the tree does not show.
  var hasLeftovers = false
  var problems: [Problem] = []
  /// What moved and waits for its place.
  var waiting: Set<FolderKey> = []
  /// Contents that could not be had.
  var missing = Missing()

  struct Missing {
    var packs: Set<Bytes32> = []
    var files = 0
    var error: FreeholdError?
  }

  init(
    _ plan: FolderPlan, mirror: FolderMirror, tree: Tree, writer: FolderWriter,
    contents: ContentCopier, progress: SyncProgress, generator: RandomnessGenerator
  ) {
    self.plan = plan
    self.mirror = mirror
    self.tree = tree
    self.writer = writer
    self.contents = contents
    self.progress = progress
    self.generator = generator
    groups = LinkGroups(tree)
  }

  /// Does all of the plan that can be done.
  ///
  /// Throws only what stops everything: no space, or a run that was told to stop.
  func run() async throws {
    try putInPlace()
    try writeLinks()
    try await writeFiles()
    try setAttributes()
    try removeDoomed()
    try settle()
    counts.changed = changed.count
  }

  // MARK: The index

  /// Notes how something is on the disk now.
  func note(
    _ key: FolderKey, in parent: FolderKey, _ name: FileName, _ stat: FileStat, tag: [UInt8]
  ) throws {
    do throws(FolderError) {
      try mirror.index.record(mirror.row(key, parent: parent, name: name, stat: stat, tag: tag))
    } catch {
      // What the index does not know is found by the next scan.
      try fail(error)
    }
  }

  /// Notes a new stat of something that stays where it is.
  func note(_ stat: FileStat, of row: IndexedObject) throws {
    try note(row.key, in: row.parent, row.name, stat, tag: row.contentTag)
  }

  /// Looks again at the other names of a file: making and removing names moves its change time.
  func lookAgain(atNamesOf stat: FileStat, but key: FolderKey) throws {
    guard stat.linkCount > 1 else { return }
    for row in mirror.index.objects(device: stat.device, inode: stat.inode) where row.key != key {
      guard let path = mirror.index.path(of: row.key), let now = try? mirror.root.stat(at: path),
        now.isSameThing(as: row.stat), now.sizeBytes == row.stat.sizeBytes,
        now.modified == row.stat.modified, now.mode == row.stat.mode
      else { continue }
      try note(now, of: row)
    }
  }

  /// Takes down what could not be done; throws what stops everything.
  func fail(_ error: FolderError) throws {
    switch error.code {
    case .interrupted: throw error
    case .noSpace:
      throw FreeholdError(
        .noSpace, "\(error)", hint: "make room, then freehold sync writes what is missing")
    default:
      isUnfinished = true
      mirror.troubles.append(error)
    }
  }

  /// Does one step on the folder; false when it could not be done.
  func attempt(_ body: () throws(FolderError) -> Void) throws -> Bool {
    do throws(FolderError) {
      try body()
      return true
    } catch {
      try fail(error)
      return false
    }
  }

  /// What belongs to a thing beside its content: for names of one file the same.
  func attributes(of thing: ShownThing) -> FileAttributes {
    guard thing.kind == .file, let tag = tree.content(of: thing)?.tag(of: .file),
      let lead = groups.lead(of: thing, tag: tag)
    else { return tree.fileAttributes(of: thing) }
    return tree.fileAttributes(of: lead)
  }
}
