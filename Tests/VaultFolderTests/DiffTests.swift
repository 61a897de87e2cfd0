import Testing

@testable import VaultFolder

/// The diff over real folders.
struct DiffTests {
  let folder: TestFolder
  var index: FolderIndex

  init() throws {
    folder = try TestFolder()
    index = FolderIndex(rootKey: FolderKey(0), tagBytes: 8)
  }

  private func diff(_ options: FolderScan.Options = FolderScan.Options()) -> FolderChanges {
    var diff = FolderDiff(with: index)
    for listing in folder.scan(options) { diff.add(listing) }
    return diff.finish()
  }

  /// Takes all that is there now for known.
  ///
  /// Everything counts as settled: the tests do not wait.
  private mutating func adopt() throws {
    let changes = diff()
    index.adoptRoot(try folder.root.stat(at: .root) ?? folder.root.stat)
    var keys: [Int: FolderKey] = [:]
    var next = UInt128(index.count + 1)
    for change in changes.changes {
      guard case .created = change.action, case .created(let number) = change.object else {
        continue
      }
      keys[number] = FolderKey(next)
      next += 1
      try index.record(
        IndexedObject(
          key: try #require(keys[number]), parent: key(change.parent, keys),
          name: try #require(change.path.name), stat: change.stat,
          contentTag: change.stat.kind == .file ? [1, 2, 3, 4, 5, 6, 7, 8] : []))
    }
  }

  private func key(_ object: LocalChange.Object, _ keys: [Int: FolderKey]) throws -> FolderKey {
    switch object {
    case .known(let key): key
    case .created(let number): try #require(keys[number])
    }
  }

  /// Changes but those of folders' own times, which every change in them brings.
  private func texts(_ changes: FolderChanges) -> [String] {
    changes.changes.filter { $0.stat.kind != .folder || $0.action != .attributesChanged }
      .map(\.description)
  }

  @Test mutating func `the first scan creates everything, the second nothing`() throws {
    try folder.folder("a")
    try folder.write("a/x")
    try folder.write("y")
    try folder.link("l", to: [0x79])
    let first = diff()
    #expect(texts(first) == ["created a", "created l", "created y", "created a/x"])
    #expect(first.changes[3].parent == .created(0))
    try adopt()
    let second = diff()
    #expect(second.changes.isEmpty)
    #expect(second.indexedCount == 4)
    #expect(!second.rootWasReplaced)
  }

  @Test mutating func `what was let go of leaves the later changes as they are`() throws {
    try folder.folder("a")
    try folder.write("a/x")
    try folder.folder("b")
    try folder.write("b/y")
    try adopt()
    try folder.rename("b/y", "a/y")
    try folder.write("a/z")
    try folder.write("b/w")
    var changes = diff().changes
    let whole = Array(changes)
    for index in changes.indices {
      changes.letGo(before: index)
      #expect(Array(changes[index...]) == Array(whole[index...]))
    }
    #expect(changes.createdCount == 2)
    #expect(changes.ofKnownObjects.count { $0.action == .attributesChanged } == 2)
    #expect(Array(changes.ofKnownObjects).count + changes.createdCount == whole.count)
  }

  @Test mutating func `a renamed folder of two thousand files is one change`() throws {
    try folder.folder("a")
    try folder.folder("a/sub")
    for number in 0..<2000 { try folder.write("a/sub/f\(number)") }
    try folder.folder("to")
    try adopt()
    try folder.rename("a", "to/b")
    #expect(texts(diff()) == ["moved a → to/b"])
    try folder.write("to/b/sub/f7", "longer")
    try folder.write("to/b/sub/new")
    try folder.rename("to/b/sub/f8", "f8")
    #expect(
      Set(texts(diff())) == [
        "moved a → to/b", "moved a/sub/f8 → f8", "created to/b/sub/new",
        "content maybe changed to/b/sub/f7",
      ])
  }

  @Test mutating func `folders that swap names are two renames`() throws {
    for name in ["a", "b"] {
      try folder.folder(name)
      for number in 0..<5 { try folder.write("\(name)/f\(number)") }
    }
    try adopt()
    try folder.rename("a", "t")
    try folder.rename("b", "a")
    try folder.rename("t", "b")
    #expect(Set(texts(diff())) == ["moved a → b", "moved b → a"])
  }

  @Test mutating func `parents and children can change places`() throws {
    try folder.folder("a")
    try folder.folder("a/b")
    try folder.write("a/x")
    try folder.write("a/b/y")
    try adopt()
    try folder.rename("a/b", "b")
    try folder.rename("a", "b/a")
    #expect(texts(diff()) == ["moved a/b → b", "moved a → b/a"])
  }

  @Test mutating func `saving over a name by renaming is a change of content`() throws {
    try folder.write("doc", "one")
    try adopt()
    try folder.write("doc.tmp", "two")
    try folder.rename("doc.tmp", "doc")
    #expect(texts(diff()) == ["content maybe changed doc"])
    // And when the temporary file had been seen in between.
    try folder.write("doc.tmp", "three")
    try adopt()
    try folder.rename("doc.tmp", "doc")
    #expect(Set(texts(diff())) == ["content maybe changed doc", "deleted doc.tmp"])
  }

  @Test mutating func `modes, times and content are told apart`() throws {
    for name in ["mode", "time", "size", "back"] { try folder.write(name) }
    for name in ["mode", "time", "size", "back"] { try folder.setTime(name, seconds: 1000) }
    try adopt()
    let writer = makeWriter(folder.root)
    try writer.setAttributes(
      FileAttributes(permissions: 0o600), at: folder.path("mode"), expecting: .anything)
    try folder.setTime("time", seconds: 2000)
    try folder.write("size", "longer")
    try folder.setTime("size", seconds: 1000)
    // The same size, the time put back: only the change time betrays it.
    try folder.write("back", "y")
    try folder.setTime("back", seconds: 1000)
    #expect(
      Set(texts(diff())) == [
        "attributes changed mode", "content maybe changed time", "content maybe changed size",
        "content maybe changed back",
      ])
  }

  @Test mutating func `a file that is not settled is read again`() throws {
    try folder.write("f")
    try adopt()
    var object = try #require(index.object(at: folder.path("f")))
    object.isSettled = false
    try index.record(object)
    #expect(texts(diff()) == ["content maybe changed f"])
  }

  @Test mutating func `another kind at a place is another object`() throws {
    try folder.folder("a")
    try folder.write("a/x")
    try folder.write("b")
    try adopt()
    try folder.remove("a/x")
    try folder.remove("a")
    try folder.write("a")
    try folder.remove("b")
    try folder.folder("b")
    try folder.write("b/y")
    let changes = diff()
    #expect(
      texts(changes) == [
        "created a", "created b", "created b/y", "deleted a/x", "deleted a", "deleted b",
      ])
    let a = try #require(index.object(at: folder.path("a"))?.key)
    #expect(changes.changes[0].action == .created(replacing: a))
    #expect(changes.changes[3].action == .deleted(isTop: false))
    #expect(changes.changes[4].action == .deleted(isTop: true))
    #expect(changes.deletedCount == 3)
  }

  @Test mutating func `a folder made anew under its name is the same object`() throws {
    try folder.folder("a")
    try folder.write("a/x")
    try adopt()
    try folder.remove("a/x")
    try folder.remove("a")
    try folder.folder("a")
    try folder.write("a/x", "other")
    #expect(texts(diff()) == ["content maybe changed a/x"])
  }

  @Test mutating func `hard links are groups, and a new link is not a move`() throws {
    try folder.write("a")
    try folder.write("c")
    try adopt()
    try folder.hardLink("a", "b")
    let changes = diff()
    #expect(texts(changes) == ["created b", "attributes changed a"])
    let a = try #require(index.object(at: folder.path("a"))?.key)
    #expect(changes.linkGroups.map(\.members) == [[.known(a), .created(0)]])
    try folder.remove("a")
    #expect(texts(diff()) == ["moved a → b"])
  }

  @Test mutating func `what is not listed is not deleted`() throws {
    try folder.folder("a")
    try folder.folder("a/b")
    try folder.write("a/b/x")
    try folder.write("a/y")
    try adopt()
    var partial = FolderDiff(with: index)
    let listings = folder.scan()
    partial.add(listings[0])
    let changes = partial.finish()
    #expect(changes.deletedCount == 0)
    #expect(changes.unknownCount == 3)

    var troubled = FolderDiff(with: index)
    for listing in listings.prefix(2) {
      var listing = FolderListing(path: listing.path, stat: listing.stat, entries: Array(listing))
      if !listing.path.isRoot {
        listing = FolderListing(path: listing.path, stat: listing.stat, entries: [])
        listing.trouble = FolderError(.noPermission, at: listing.path, action: "list")
      }
      troubled.add(listing)
    }
    let result = troubled.finish()
    #expect(result.deletedCount == 0)
    #expect(result.troubles.map(\.code) == [.noPermission])
    #expect(FolderDiff(with: index).finish().deletedCount == 0)
  }

  @Test mutating func `an empty root where there were files is said`() throws {
    try folder.write("a")
    try adopt()
    let other = try TestFolder()
    var diff = FolderDiff(with: index)
    for listing in other.scan() { diff.add(listing) }
    let changes = diff.finish()
    #expect(changes.rootWasReplaced)
    #expect(changes.deletedCount == 1)
  }

  @Test mutating func `ignoring adds nothing and loses nothing`() throws {
    try folder.folder("build")
    for name in ["build/x", "a.tmp", "b"] { try folder.write(name) }
    try adopt()
    try folder.write(".freeholdignore", "*.tmp\nbuild\n")
    try folder.write("new.tmp")
    try folder.write("build/new")
    try folder.write("a.tmp", "longer")
    let index = index
    let options = FolderScan.Options(keeps: { index.object(at: $0) != nil })
    let expected: Set = ["created .freeholdignore", "content maybe changed a.tmp"]
    #expect(Set(texts(diff(options))) == expected)
    let without = diff()
    #expect(Set(texts(without)) == expected)
    #expect(without.unknownCount == 1)
    // A kept file stays kept under an ignored name.
    try folder.rename("b", "b.tmp")
    #expect(Set(texts(diff(options))) == expected.union(["moved b → b.tmp"]))
  }

  @Test mutating func `pipes are not objects`() throws {
    _ = try HostileTree(folder)
    let changes = diff()
    #expect(changes.changes.allSatisfy { $0.stat.kind.isKept })
    #expect(changes.linkGroups.count == 2)
    try adopt()
    #expect(diff().changes.isEmpty)
  }
}
