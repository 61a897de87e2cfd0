import Testing

@testable import VaultFolder

/// The diff over a disk that exists only in memory, changed at random and compared with a plain
/// model: the changes, applied one by one to the old tree, give the new one.
struct DiffModelTests {
  /// A file, folder or link on the imagined disk.
  private struct Thing {
    var stat: FileStat
    /// Names in it, when it is a folder.
    var names: [String: UInt64] = [:]
    /// Stands for the content.
    var content = 0
  }

  private struct Disk {
    var things: [UInt64: Thing] = [:]
    var lastInode: UInt64 = 2
    /// Numbers of removed things; file systems give them out again.
    var freeInodes: [UInt64] = []
    var lastContent = 0
    var clock: Int64 = 1000

    static let root: UInt64 = 2

    init() {
      things[Disk.root] = Thing(stat: Disk.stat(Disk.root, .folder, 1000))
    }

    static func stat(_ inode: UInt64, _ kind: FileKind, _ clock: Int64) -> FileStat {
      let time = FileTime(seconds: clock)
      return FileStat(
        device: 1, inode: inode, sizeBytes: 1, mode: kind.modeBits | 0o644, modified: time,
        changed: time, born: time)
    }

    /// All folders with their paths, from the root down.
    var folders: [(path: [String], inode: UInt64)] {
      var found: [(path: [String], inode: UInt64)] = [([], Disk.root)]
      var next = 0
      while next < found.count {
        let (path, inode) = found[next]
        for (name, child) in (things[inode]?.names ?? [:]).sorted(by: { $0.key < $1.key })
        where things[child]?.stat.kind == .folder {
          found.append((path + [name], child))
        }
        next += 1
      }
      return found
    }

    func listing(_ path: [String], _ inode: UInt64) -> FolderListing? {
      guard let folder = things[inode] else { return nil }
      let entries = folder.names.compactMap { name, child in
        things[child].map { FolderEntry(name: DiffModelTests.name(name), stat: $0.stat) }
      }
      return FolderListing(
        path: FolderPath(path.map(DiffModelTests.name)), stat: folder.stat, entries: entries)
    }

    /// Depth first, as a scan goes.
    func listings(_ path: [String] = [], _ inode: UInt64 = root) -> [FolderListing] {
      var found = listing(path, inode).map { [$0] } ?? []
      let names = (things[inode]?.names ?? [:]).sorted {
        DiffModelTests.name($0.key) < DiffModelTests.name($1.key)
      }
      for (name, child) in names where things[child]?.stat.kind == .folder {
        found += listings(path + [name], child)
      }
      return found
    }
  }

  /// What the vault thinks there is: objects with keys.
  private struct Known: Equatable {
    var parent: FolderKey
    var name: FileName
    var kind: FileKind
    var content: Int
    var mode: UInt32
  }

  private static func name(_ text: String) -> FileName {
    FileName(trusted: [UInt8](text.utf8))
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `the changes turn the old tree into the new one`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var disk = Disk()
    var index = FolderIndex(rootKey: FolderKey(0), tagBytes: 8)
    var known: [FolderKey: Known] = [:]
    var lastKey: UInt128 = 0
    for _ in 0..<30 {
      for _ in 0..<Int.random(in: 0...12, using: &generator) { change(&disk, &generator) }
      var diff = FolderDiff(with: index)
      for listing in disk.listings() { diff.add(listing) }
      let changes = diff.finish()
      let keys = keys(for: changes, &lastKey)
      try apply(changes, keys, disk, to: &known)
      try checkTree(known, disk)
      try record(changes, keys, disk, in: &index)
      #expect(index.count == known.count, "seed \(seed)")
      var again = FolderDiff(with: index)
      for listing in disk.listings() { again.add(listing) }
      let rest = again.finish().changes
      #expect(rest.isEmpty, "seed \(seed): \(rest)")
    }
  }

  // MARK: The disk changes

  private func change(_ disk: inout Disk, _ generator: inout SeededGenerator) {
    disk.clock += 1
    let folders = disk.folders
    guard let from = folders.randomElement(using: &generator)?.inode,
      let to = folders.randomElement(using: &generator),
      let name = ["a", "b", "c", "d", "e"].randomElement(using: &generator)
    else { return }
    let names = disk.things[from]?.names.keys.sorted() ?? []
    guard let old = names.randomElement(using: &generator), Bool.random(using: &generator) else {
      make(name, in: to.inode, &disk, &generator)
      return
    }
    switch Int.random(in: 0..<8, using: &generator) {
    case 0...2: move(old, from, to: name, to.inode, to.path, &disk)
    case 3: remove(old, from, &disk)
    case 4: link(old, from, to: name, to.inode, &disk)
    case 5: edit(old, from, &disk) { $0.stat.mode ^= 0o111 }
    default:
      let clock = disk.clock
      edit(old, from, &disk) { thing in
        guard thing.stat.kind != .folder else { return }
        thing.content += 1_000_000
        thing.stat.sizeBytes = Int64(thing.content)
        thing.stat.modified = FileTime(seconds: clock)
      }
    }
  }

  private func make(
    _ name: String, in folder: UInt64, _ disk: inout Disk,
    _ generator: inout SeededGenerator
  ) {
    let kind = [FileKind.file, .file, .folder, .symlink].randomElement(using: &generator) ?? .file
    if let there = disk.things[folder]?.names[name] {
      // Saving by renaming a new file over the old one.
      guard disk.things[there]?.stat.kind == .file, kind == .file else { return }
      remove(name, folder, &disk)
    }
    if disk.freeInodes.isEmpty || Bool.random(using: &generator) {
      disk.lastInode += 1
      disk.freeInodes.append(disk.lastInode)
    }
    guard let inode = disk.freeInodes.popLast() else { return }
    disk.lastContent += 1
    let stat = Disk.stat(inode, kind, disk.clock)
    disk.things[inode] = Thing(stat: stat, content: disk.lastContent)
    disk.things[folder]?.names[name] = inode
    touch(folder, &disk)
  }

  private func touch(_ folder: UInt64, _ disk: inout Disk) {
    let time = FileTime(seconds: disk.clock)
    disk.things[folder]?.stat.modified = time
    disk.things[folder]?.stat.changed = time
  }

  private func move(
    _ old: String, _ from: UInt64, to new: String, _ to: UInt64, _ path: [String],
    _ disk: inout Disk
  ) {
    guard let moved = disk.things[from]?.names[old], disk.things[to]?.names[new] == nil,
      !isInside(to, moved, disk)
    else { return }
    disk.things[from]?.names[old] = nil
    disk.things[to]?.names[new] = moved
    disk.things[moved]?.stat.changed = FileTime(seconds: disk.clock)
    touch(from, &disk)
    touch(to, &disk)
  }

  private func isInside(_ folder: UInt64, _ top: UInt64, _ disk: Disk) -> Bool {
    folder == top || (disk.things[top]?.names ?? [:]).values.contains { isInside(folder, $0, disk) }
  }

  private func remove(_ name: String, _ folder: UInt64, _ disk: inout Disk) {
    guard let inode = disk.things[folder]?.names[name] else { return }
    for child in (disk.things[inode]?.names ?? [:]).keys { remove(child, inode, &disk) }
    disk.things[folder]?.names[name] = nil
    disk.things[inode]?.stat.linkCount -= 1
    disk.things[inode]?.stat.changed = FileTime(seconds: disk.clock)
    if disk.things[inode]?.stat.linkCount == 0 {
      disk.things[inode] = nil
      disk.freeInodes.append(inode)
    }
    touch(folder, &disk)
  }

  private func link(
    _ old: String, _ from: UInt64, to new: String, _ to: UInt64, _ disk: inout Disk
  ) {
    guard let inode = disk.things[from]?.names[old], disk.things[inode]?.stat.kind != .folder,
      disk.things[to]?.names[new] == nil
    else { return }
    disk.things[to]?.names[new] = inode
    disk.things[inode]?.stat.linkCount += 1
    disk.things[inode]?.stat.changed = FileTime(seconds: disk.clock)
    touch(to, &disk)
  }

  private func edit(
    _ name: String, _ folder: UInt64, _ disk: inout Disk, _ body: (inout Thing) -> Void
  ) {
    guard let inode = disk.things[folder]?.names[name] else { return }
    disk.things[inode]?.stat.changed = FileTime(seconds: disk.clock)
    disk.things[inode].map { thing in
      var thing = thing
      body(&thing)
      disk.things[inode] = thing
    }
  }

  // MARK: The changes are applied

  private func keys(
    for changes: FolderChanges, _ lastKey: inout UInt128
  ) -> [LocalChange.Object: FolderKey] {
    var keys: [LocalChange.Object: FolderKey] = [:]
    for change in changes.changes {
      if case .known(let key) = change.object { keys[change.object] = key }
      if case .known(let key) = change.parent { keys[change.parent] = key }
      guard case .created = change.action else { continue }
      lastKey += 1
      keys[change.object] = FolderKey(lastKey)
    }
    return keys
  }

  private func apply(
    _ changes: FolderChanges, _ keys: [LocalChange.Object: FolderKey], _ disk: Disk,
    to known: inout [FolderKey: Known]
  ) throws {
    for change in changes.changes {
      let key = try #require(keys[change.object])
      let parent = try #require(keys[change.parent])
      let content = disk.things[change.stat.inode]?.content ?? -1
      switch change.action {
      case .created:
        known[key] = Known(
          parent: parent, name: try #require(change.path.name), kind: change.stat.kind,
          content: content, mode: change.stat.mode)
        #expect(parent == FolderKey(0) || known[parent]?.kind == .folder)
      case .moved:
        #expect(known[key] != nil)
        #expect(parent == FolderKey(0) || known[parent]?.kind == .folder)
        #expect(!leads(from: parent, to: key, known))
        known[key]?.parent = parent
        known[key]?.name = try #require(change.path.name)
      case .contentMaybeChanged:
        known[key]?.content = content
        known[key]?.mode = change.stat.mode
      case .attributesChanged:
        known[key]?.mode = change.stat.mode
      case .deleted:
        #expect(!known.values.contains { $0.parent == key })
        #expect(known.removeValue(forKey: key) != nil)
      }
    }
  }

  /// True when a folder lies in another: then moving that one into it would make a circle.
  private func leads(
    from folder: FolderKey, to key: FolderKey, _ known: [FolderKey: Known]
  ) -> Bool {
    var next = folder
    while let object = known[next] {
      if next == key { return true }
      next = object.parent
    }
    return false
  }

  private func checkTree(_ known: [FolderKey: Known], _ disk: Disk) throws {
    var keys: [UInt64: [FolderKey]] = [:]
    var byPlace: [String: Known] = [:]
    var keyAt: [String: FolderKey] = [:]
    for (key, object) in known {
      let place = "\(object.parent.low)/\(object.name)"
      #expect(byPlace[place] == nil)
      byPlace[place] = object
      keyAt[place] = key
    }
    var count = 0
    var folders: [(inode: UInt64, key: FolderKey)] = [(Disk.root, FolderKey(0))]
    while let (inode, key) = folders.popLast() {
      for (name, child) in disk.things[inode]?.names ?? [:] {
        let place = "\(key.low)/\(name)"
        let thing = try #require(disk.things[child])
        let object = try #require(byPlace[place], "\(place)")
        #expect(object.kind == thing.stat.kind)
        #expect(object.mode == thing.stat.mode)
        if thing.stat.kind != .folder { #expect(object.content == thing.content) }
        let own = try #require(keyAt[place])
        keys[child, default: []].append(own)
        if thing.stat.kind == .folder { folders.append((child, own)) }
        count += 1
      }
    }
    #expect(count == known.count)
  }

  private func record(
    _ changes: FolderChanges, _ keys: [LocalChange.Object: FolderKey], _ disk: Disk,
    in index: inout FolderIndex
  ) throws {
    index.adoptRoot(try #require(disk.things[Disk.root]).stat)
    var objects: [IndexedObject] = []
    for change in changes.changes {
      guard change.action != .deleted(isTop: true), change.action != .deleted(isTop: false) else {
        continue
      }
      objects.append(
        IndexedObject(
          key: try #require(keys[change.object]), parent: try #require(keys[change.parent]),
          name: try #require(change.path.name), stat: change.stat))
    }
    let gone = changes.changes.filter {
      if case .deleted = $0.action { true } else { false }
    }
    try index.record(contentsOf: objects, removing: gone.compactMap { keys[$0.object] })
  }
}
