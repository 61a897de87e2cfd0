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
  /// The file system's clock when the scan began: younger files are not trusted by their stat.
  let time: FileTime
  /// What is in the folder and not kept.
  var notKept: [NotKept] = []
  /// Folders in which a crash left files in the making.
  var staleDrafts: [FolderListing] = []
  /// What could not be read or written.
  var troubles: [FolderError] = []

  private static let column = "folder-index"
  private static let fileName = "folder.index"
  private static let keysName = "replica-numbers"
  /// The longest index file that is read: 16 million objects.
  private static let bytesMax = 4 << 30

  /// Opens the folder and the index of it.
  init(folder: [UInt8], home: VaultHome, storeKey: SecretBytes, disk: any Disk) throws {
    root = try FolderRoot(systemPath: folder)
    time = try root.fileSystemTime()
    keys = ObjectKeys(decoding: try home.database.read { try $0.meta(Self.keysName) } ?? [])
    index = try Self.index(
      at: Self.indexPath(home), folder: folder, storeKey: storeKey, disk: disk)
  }

  /// Where the index of a vault's folder lies.
  static func indexPath(_ home: VaultHome) -> DiskPath { home.path.appending(fileName) }

  /// Reads the index of a folder; an empty one when there is none yet.
  ///
  /// A damaged index is worth no more than none: everything is compared again.
  static func index(
    at path: DiskPath, folder: [UInt8], storeKey: SecretBytes, disk: any Disk
  ) throws -> FolderIndex {
    let none = FolderIndex(rootKey: ObjectKeys.root)
    guard try disk.exists(path) else { return none }
    let sealed = try disk.read(path, bytesMax: bytesMax)
    guard
      let plain = try? LocalSeal.open(sealed, storeKey: storeKey, column: column, row: folder)
    else { return none }
    return (try? FolderIndex(decoding: plain)) ?? none
  }

  /// Keeps the index.
  ///
  /// Until then a crash only means that the next scan compares again.
  func store(
    folder: [UInt8], home: VaultHome, storeKey: SecretBytes, disk: any Disk,
    using generator: inout RandomnessGenerator
  ) throws {
    index.adoptRoot(try root.stat(at: .root) ?? root.stat)
    try home.database.write { try $0.setMeta(Self.keysName, to: keys.bytes) }
    let sealed = try LocalSeal.seal(
      index.encoded(), storeKey: storeKey, column: Self.column, row: folder, using: &generator)
    try disk.writeDurably(home.path.appending(Self.fileName), sealed)
  }

  /// Walks the folder and compares it with the index.
  func scan(progress: (Int) -> Void) -> FolderChanges {
    let user = FileOwner.current
    let index = self.index
    var options = FolderScan.Options()
    options.keeps = { path in index.object(at: path) != nil }
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

  /// How an object is on the disk now.
  func row(
    _ object: ObjectID, parent: ObjectID, name: FileName, stat: FileStat, tag: Bytes32?
  ) -> IndexedObject {
    IndexedObject(
      key: keys.key(object), parent: keys.key(parent), name: name, stat: stat,
      contentTag: tag?.bytes ?? [], asOf: time)
  }
}
