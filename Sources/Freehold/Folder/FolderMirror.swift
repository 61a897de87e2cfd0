import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultSealing
import VaultStore

/// The bound folder during one sync: the folder itself, and what it looked like when it was last in
/// step with the tree.
final class FolderMirror {
  let root: FolderRoot
  var index: FolderIndex
  var keys: ObjectKeys
  /// The file system's clock when the scan, or the writing, began: younger files are not trusted by
  /// their stat.
  private(set) var time: FileTime
  /// What of the tree the folder shows.
  var applied: AppliedState
  /// Objects that were found in the folder as the tree has them, but for their attributes.
  var adopted: Set<ObjectID> = []
  /// Whether taking in left a difference between folder and tree that writing must settle.
  var needsWriting = false
  /// Rules of the ignore files above the folder.
  var ignoring = IgnoreFile(parsing: [])
  /// The folders that scopes of their own look after.
  var mounts: [Mount] = []
  /// What was changed here and elsewhere, in words.
  var notes: [String] = []
  /// Packs whose only copy was damaged here: the files that lay in them are read again.
  var lostPacks: Set<Bytes32> = []
  /// What is in the folder and not kept.
  var notKept: [NotKept] = []
  /// Folders in which a crash left files in the making.
  var staleDrafts: [FolderListing] = []
  /// What could not be read or written.
  var troubles: [FolderError] = []
  /// What is kept of the last two, beside an index that `isChanged` tells of: as it lies there.
  private var kept: (keys: [UInt8]?, applied: [UInt8]?)
  private var isIndexKept: Bool

  private static let column = "folder-index"
  private static let fileName = "folder.index"
  private static let keysName = "replica-numbers"
  private static let appliedName = "folder-applied"
  /// The longest index file that is read: 16 million objects.
  private static let bytesMax = 4 << 30

  /// Opens the folder and the index of it, which is kept under the name `called`.
  init(
    folder: [UInt8], called name: [UInt8], home: VaultHome, storeKey: SecretBytes, disk: any Disk
  ) throws {
    root = try FolderRoot(systemPath: folder)
    time = try root.fileSystemTime()
    kept = try home.database.read {
      (keys: try $0.meta(Self.keysName), applied: try $0.meta(Self.appliedName))
    }
    keys = ObjectKeys(decoding: kept.keys ?? [])
    let path = Self.indexPath(home)
    let found = try Self.index(at: path, folder: name, storeKey: storeKey, disk: disk)
    index = found ?? FolderIndex(rootKey: ObjectKeys.root)
    isIndexKept = found != nil
    // Without an index nothing is known to be shown, whatever was noted.
    applied = found == nil ? AppliedState() : AppliedState(decoding: kept.applied ?? [])
  }

  /// Where the index of a vault's folder lies.
  static func indexPath(_ home: VaultHome) -> DiskPath { home.path.appending(fileName) }

  /// Reads the index of a folder; nil when there is none yet.
  ///
  /// A damaged index is worth no more than none: everything is compared again.
  static func index(
    at path: DiskPath, folder: [UInt8], storeKey: SecretBytes, disk: any Disk
  ) throws -> FolderIndex? {
    guard try disk.exists(path) else { return nil }
    let sealed = try disk.read(path, bytesMax: bytesMax)
    guard
      let plain = try? LocalSeal.open(
        consume sealed, storeKey: storeKey, column: column, row: folder)
    else { return nil }
    return try? FolderIndex(decoding: consume plain)
  }

  /// Forgets what the folder looked like, so that the next scan compares everything.
  static func forget(_ home: VaultHome, disk: any Disk) throws {
    try disk.remove(home.path.appending(fileName))
  }

  /// Forgets what of the tree the folder shows: something has left the tree.
  static func forgetApplied(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(appliedName, to: nil)
  }

  /// Keeps the index and what belongs to it, as far as something of it has changed.
  ///
  /// Until then a crash only means that the next scan compares again.
  func store(
    folder: [UInt8], home: VaultHome, storeKey: SecretBytes, disk: any Disk,
    using generator: inout RandomnessGenerator
  ) throws {
    index.adoptRoot(try root.stat(at: .root) ?? root.stat)
    if keys.bytes != kept.keys {
      try home.database.write { try $0.setMeta(Self.keysName, to: keys.bytes) }
      kept.keys = keys.bytes
    }
    if index.isChanged || !isIndexKept {
      let sealed = try LocalSeal.seal(
        index.encoded(), storeKey: storeKey, column: Self.column, row: folder, using: &generator)
      try disk.writeDurably(home.path.appending(Self.fileName), sealed)
      index.wasKept()
      isIndexKept = true
    }
    // After the index: what it says to be shown must be in the index.
    if applied.bytes != kept.applied {
      try home.database.write { try $0.setMeta(Self.appliedName, to: applied.bytes) }
      kept.applied = applied.bytes
    }
  }

  /// Takes the file system's clock anew.
  func renewTime() throws { time = try root.fileSystemTime() }

  /// Walks the folder and compares it with the index.
  func scan(progress: (Int) -> Void) -> FolderChanges {
    let user = FileOwner.current
    let index = self.index
    var options = FolderScan.Options()
    options.keeps = { path in index.object(at: path) != nil }
    options.ignoring = ignoring
    if !mounts.isEmpty { options.passesOver = MountedPlaces(self).contains }
    let scan = FolderScan(root, options: options)
    var diff = FolderDiff(with: index)
    var count = 0
    while let listing = scan.next() {
      if !listing.staleDrafts.isEmpty { staleDrafts.append(listing) }
      for entry in listing {
        if let found = NotKept(entry, in: listing.path, user: user.user, group: user.group) {
          notKept.append(found)
        }
      }
      count += listing.count
      diff.add(listing)
      progress(count)
    }
    return diff.finish()
  }

  /// Removes files in the making that a crash left behind.
  func removeStaleDrafts(using generator: inout RandomnessGenerator) {
    guard !staleDrafts.isEmpty else { return }
    let writer = FolderWriter(root, using: &generator)
    for listing in staleDrafts { _ = writer.removeStaleDrafts(of: listing) }
    staleDrafts = []
  }

  /// How something is on the disk now.
  func row(
    _ key: FolderKey, parent: FolderKey, name: FileName, stat: FileStat, tag: [UInt8]
  ) -> IndexedObject {
    IndexedObject(
      key: key, parent: parent, name: name, stat: stat, contentTag: tag, asOf: time)
  }
}
