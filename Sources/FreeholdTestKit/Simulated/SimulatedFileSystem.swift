import VaultEnvironment

/// Files in memory of which it is known what would survive a power cut.
///
/// The idea: what programs see and what lies on the medium are kept apart. A file's bytes beyond
/// `durableCount` and the name changes in `pending` are only seen; a sync moves them over.
///
///     make a; write a; sync a; rename a → b      seen: b         on the medium: nothing
///     sync folder                                seen: b         on the medium: b
///
/// A crash keeps what is on the medium and, by chance, any part of the rest: any subset of the
/// name changes or only the first few of them, as a journal would; any sectors of an unsynced
/// file, the others zero or garbage (Pillai et al., "All file systems are not created equal",
/// OSDI 2014). A rename is kept or lost as a whole.
struct SimulatedFileSystem {
  typealias Inode = Int
  typealias Name = [UInt8]

  struct File {
    var bytes: [UInt8] = []
    /// So many of the bytes are on the medium.
    var durableCount = 0
    /// A sync has failed: what was not durable then never becomes so, and later syncs lie.
    var isBroken = false
  }

  struct Folder {
    var names: [Name: Inode] = [:]
    var durableNames: [Name: Inode] = [:]
    var isBroken = false
  }

  /// A change of names in one or two folders, kept or lost as a whole.
  struct NameChange {
    var assignments: [(folder: Inode, name: Name, inode: Inode?)]
    /// Folders that must still be synced before the change is durable.
    var waiting: Set<Inode>
  }

  static let root: Inode = 0

  var files: [Inode: File] = [:]
  var folders: [Inode: Folder] = [root: Folder()]
  var pending: [NameChange] = []
  private var nextInode = 1

  mutating func makeInode() -> Inode {
    defer { nextInode += 1 }
    return nextInode
  }

  // MARK: Names

  func inode(at path: DiskPath) -> Inode? {
    var inode = Self.root
    for step in path.bytes.split(separator: UInt8(ascii: "/")) {
      guard let next = folders[inode]?.names[Array(step)] else { return nil }
      inode = next
    }
    return inode
  }

  func folder(of path: DiskPath) throws -> Inode {
    guard let parent = path.parent, let inode = inode(at: parent), folders[inode] != nil else {
      throw DiskError(.notFound, at: path, "there is no folder to hold this")
    }
    return inode
  }

  mutating func change(_ assignments: [(folder: Inode, name: Name, inode: Inode?)]) {
    for change in assignments {
      folders[change.folder]?.names[change.name] = change.inode
    }
    pending.append(
      NameChange(assignments: assignments, waiting: Set(assignments.map(\.folder))))
  }

  // MARK: Syncs

  mutating func sync(file: Inode) {
    guard let count = files[file]?.bytes.count, files[file]?.isBroken == false else { return }
    files[file]?.durableCount = count
  }

  mutating func sync(folder: Inode) {
    guard folders[folder]?.isBroken == false else { return }
    for index in pending.indices { pending[index].waiting.remove(folder) }
    while let first = pending.first, first.waiting.isEmpty {
      apply(first)
      pending.removeFirst()
    }
  }

  /// Makes everything durable at once, as an unhurried shutdown does.
  mutating func syncEverything() {
    for file in files.keys { sync(file: file) }
    for folder in folders.keys.sorted() { sync(folder: folder) }
  }

  private mutating func apply(_ change: NameChange) {
    for assignment in change.assignments {
      folders[assignment.folder]?.durableNames[assignment.name] = assignment.inode
    }
  }

  // MARK: Crash

  /// Loses a part of what is not durable, chosen by the generator.
  mutating func crash(using generator: inout SeededGenerator) {
    keepSomeNameChanges(using: &generator)
    folders = folders.mapValues { Folder(names: $0.durableNames, durableNames: $0.durableNames) }
    // In order, so that one seed makes one outcome.
    for inode in files.keys.sorted() {
      guard var file = files[inode] else { continue }
      tear(&file, using: &generator)
      file.isBroken = false
      files[inode] = file
    }
    removeUnnamed()
  }

  private mutating func keepSomeNameChanges(using generator: inout SeededGenerator) {
    let lastDurable = pending.lastIndex { $0.waiting.isEmpty }.map { $0 + 1 } ?? 0
    let isJournal = generator.happens(onceIn: 2)
    let cut = generator.number(in: lastDurable...pending.count)
    for (index, change) in pending.enumerated() {
      let isKept = isJournal ? index < cut : generator.happens(onceIn: 2)
      if isKept || change.waiting.isEmpty { apply(change) }
    }
    pending = []
  }

  private func tear(_ file: inout File, using generator: inout SeededGenerator) {
    guard file.durableCount < file.bytes.count else { return }
    let sectorBytes = generator.happens(onceIn: 2) ? 512 : 4096
    switch generator.next() % 4 {
    case 0: file.bytes.removeLast(file.bytes.count - file.durableCount)
    case 1: break
    default:
      let length = generator.number(in: file.durableCount...file.bytes.count)
      file.bytes.removeLast(file.bytes.count - length)
    }
    let firstSector = file.durableCount / sectorBytes * sectorBytes
    for sector in stride(from: firstSector, to: file.bytes.count, by: sectorBytes) {
      let lost = max(sector, file.durableCount)..<min(sector + sectorBytes, file.bytes.count)
      switch generator.next() % 8 {
      case 0...3: break
      case 7: file.bytes.replaceSubrange(lost, with: generator.bytes(lost.count))
      default: file.bytes.replaceSubrange(lost, with: repeatElement(0, count: lost.count))
      }
    }
    file.durableCount = file.bytes.count
  }

  private mutating func removeUnnamed() {
    var reached: Set<Inode> = [Self.root]
    var open = [Self.root]
    while let inode = open.popLast() {
      for child in folders[inode]?.names.values.sorted() ?? []
      where reached.insert(child).inserted { open.append(child) }
    }
    files = files.filter { reached.contains($0.key) }
    folders = folders.filter { reached.contains($0.key) }
  }
}
