import VaultCRDT
import VaultEncoding
import VaultFolder
import VaultPolicy

// From the folder's changes to operations, safely.
//
// The idea: three states are compared. What the folder *showed* (the index), what it *is* (the
// scan) and what the *tree* holds, which may be more than the folder showed: incoming changes that
// were not written yet. Only what differs between «showed» and «is» was done by the user; and a
// content that the folder did not show was not seen: no edit and no deletion may swallow it.
//
// Example: the folder showed `a` with content 1; the tree has 2 by now, from another device, and
// the user wrote 3. The edit replaces 1 only: `a` becomes 3, and 2 is kept as
// `a (conflict, laptop, 2026-11-22 14.05)`.
//
// Rules for all of it: docs/spec/crdt.md, "The folder".

/// Carries what happened in the folder into drafts, and tells the index afterwards.
final class LocalIntake {
  /// What a file's content belongs to.
  enum Subject: Hashable {
    /// An object that the index knows.
    case known(FolderKey)
    /// One of the further contents of a file.
    case copy(FolderKey)
    /// The created one with this number.
    case created(Int)
  }

  /// A file whose content is to be read and compared.
  struct FileToRead {
    var subject: Subject
    var parent: LocalChange.Object
    var path: FolderPath
    var stat: FileStat
  }

  let mirror: FolderMirror
  /// Whether the folder showed everything that the tree holds.
  let wasInStep: Bool
  private(set) var changes: LocalChanges
  /// Files with new content, or maybe so, as numbers of changes; read when the structure is done.
  var files: [UInt32] = []
  /// Files that were made at the places of known ones, and are those.
  private var foundAgain: [UInt32: FolderKey] = [:]
  /// Their bytes.
  var filesBytes = 0
  /// What was done.
  var counts = SyncReport.FileCounts()
  /// What this device may write; nil for everything.
  let limits: WritingRights?
  /// What was changed outside of that, and stays as it is in the folder.
  var keptBack: [FolderPath] = []

  /// What the scan missed at its place.
  let departed: Set<FolderKey>
  /// Copies that left the place of their file: gone, moved, or changed.
  var lostCopies: Set<FolderKey> = []
  /// Missed, and found again as something created.
  var found: Set<FolderKey> = []
  /// Which objects created changes became.
  var made: [Int: ObjectID] = [:]
  /// Rows that stand for other objects from now on.
  private var recast: [FolderKey: ObjectID] = [:]
  private var rekeyed: [(from: FolderKey, to: ObjectID)] = []
  /// Where the user put what was moved.
  var moved: [FolderKey: (parent: LocalChange.Object, name: FileName)] = [:]
  private var present: [Present] = []
  private var gone: [FolderKey] = []
  let devices: DeviceNames
  /// Folders whose inside is another scope's.
  let mounts: Set<ObjectID>

  /// Something for the index once all structure is done.
  struct Present {
    var key: FolderKey
    var parent: LocalChange.Object
    var name: FileName
    var stat: FileStat
    var tag: [UInt8]
    var mayBeSettled = true
  }

  init(
    _ changes: consuming FolderChanges, mirror: FolderMirror, tree: Tree,
    limits: WritingRights? = nil
  ) {
    self.mirror = mirror
    self.limits = limits
    wasInStep = mirror.applied.vector == tree.vector
    devices = tree.deviceNames
    mounts = Set(mirror.mounts.map(\.object))
    var departed: Set<FolderKey> = []
    for change in changes.changes.ofKnownObjects {
      guard case .known(let key) = change.object else { continue }
      if case .deleted = change.action { departed.insert(key) }
      guard ObjectKeys.isCopy(key) else { continue }
      switch change.action {
      case .deleted, .moved: lostCopies.insert(key)
      default: break
      }
    }
    self.departed = departed
    self.changes = changes.changes
  }

  // MARK: Objects

  /// The object that a change is about; nil for copies and for what was not made.
  func object(_ object: LocalChange.Object) -> ObjectID? {
    switch object {
    case .known(let key): self.object(key)
    case .created(let number): made[number]
    }
  }

  /// The object that a row stands for.
  func object(_ key: FolderKey) -> ObjectID? { recast[key] ?? mirror.keys.object(key) }

  /// The key under which the index knows a row now.
  func currentKey(_ key: FolderKey) -> FolderKey {
    recast[key].map { mirror.keys.key($0) } ?? key
  }

  func key(_ object: LocalChange.Object) -> FolderKey? {
    switch object {
    case .known(let key): currentKey(key)
    case .created(let number): made[number].map { mirror.keys.key($0) }
    }
  }

  /// Whether an object of the tree is not in the folder, so that something found may be it.
  func isFree(_ object: ObjectID) -> Bool {
    let key = mirror.keys.key(object)
    return mirror.index.object(key) == nil || departed.contains(key)
  }

  /// Lets a row stand for another object.
  func recast(_ key: FolderKey, as object: ObjectID) {
    recast[key] = object
    rekeyed.append((key, object))
  }

  func isRecast(_ key: FolderKey) -> ObjectID? { recast[key] }

  // MARK: Files

  /// Puts a file on the list of those that are read; `known` when it is that object, though it was
  /// found as something new.
  func plan(_ change: LocalChange, _ position: Int, as known: FolderKey? = nil) {
    let number = UInt32(position)
    files.append(number)
    foundAgain[number] = known
    filesBytes += Int(clamping: change.stat.sizeBytes)
  }

  /// A planned file, as the scan saw it.
  ///
  /// Files are taken in the order of the plan: what lies in folders before is let go.
  func takeFile(_ number: UInt32) -> FileToRead {
    changes.letGo(before: Int(number))
    let change = changes[Int(number)]
    let subject: Subject =
      switch change.object {
      case .known(let key): ObjectKeys.isCopy(key) ? .copy(key) : .known(key)
      case .created(let created): foundAgain[number].map { .known($0) } ?? .created(created)
      }
    return FileToRead(
      subject: subject, parent: change.parent, path: change.path, stat: change.stat)
  }

  // MARK: The index

  func isThere(_ row: Present) { present.append(row) }

  /// Something that the scan saw is in step under a name.
  func isThere(
    _ change: LocalChange, as key: FolderKey, named name: FileName, tag: [UInt8],
    mayBeSettled: Bool = true
  ) {
    isThere(
      Present(
        key: key, parent: change.parent, name: name, stat: change.stat, tag: tag,
        mayBeSettled: mayBeSettled))
  }

  func isGone(_ key: FolderKey) { gone.append(key) }

  /// Tells the index what is in step now, after a commit.
  func tellIndex() {
    tellIndexOfOthers()
    let rows = present.compactMap { item -> IndexedObject? in
      guard let parent = key(item.parent) else { return nil }
      var row = mirror.row(
        currentKey(item.key), parent: parent, name: item.name, stat: item.stat, tag: item.tag)
      row.isSettled = row.isSettled && item.mayBeSettled
      return row
    }
    let keys = gone.filter { !found.contains($0) }
    present = []
    gone = []
    do throws(FolderError) {
      try mirror.index.record(contentsOf: rows, removing: keys)
    } catch {
      // What cannot be recorded together is recorded one by one; the next scan finds the rest and
      // takes it for what the tree has.
      for row in rows { mirror.index.remove(row.key) }
      for row in rows { try? mirror.index.record(row) }
      mirror.troubles.append(error)
      mirror.needsWriting = true
    }
  }

  /// Lets rows stand for the objects that took their places.
  func tellIndexOfOthers() {
    for (old, new) in rekeyed { mirror.index.rekey(old, to: mirror.keys.key(new)) }
    rekeyed = []
  }
}
