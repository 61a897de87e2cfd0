import Glibc
import Testing

@testable import VaultFolder

struct HostileTreeTests {
  @Test func `a hostile tree is copied exactly, and what is not kept is said`() throws {
    let source = try TestFolder()
    let tree = try HostileTree(source)
    let target = try TestFolder()
    var copy = FolderCopy(from: source.root, to: target.root)
    try copy.run()
    #expect(copy.errors.isEmpty, "\(copy.errors)")

    let before = entries(source)
    let after = entries(target)
    #expect(before.count >= 75)
    for (path, old) in before where old.kind.isKept {
      let new = try #require(after[path], "\(path)")
      #expect(new.kind == old.kind, "\(path)")
      #expect(new.permissions == old.permissions, "\(path)")
      #expect(new.modified == old.modified, "\(path)")
      if old.kind != .folder { #expect(new.sizeBytes == old.sizeBytes, "\(path)") }
      if old.kind != .folder { #expect(new.linkCount == old.linkCount, "\(path)") }
      try compareContent(path, old, source, target)
    }
    #expect(Set(after.keys) == Set(before.filter { $0.value.kind.isKept }.keys))
    checkReport(copy.notKept, tree)
  }

  @Test func `hard links stay together and holes stay holes`() throws {
    let source = try TestFolder()
    _ = try HostileTree(source)
    let target = try TestFolder()
    var copy = FolderCopy(from: source.root, to: target.root)
    try copy.run()
    #expect(try target.stat("plain").inode == target.stat("hard1").inode)
    #expect(try target.stat("sl").inode == target.stat("hardsym").inode)
    #expect(try target.stat("sparse").sizeBytes == 1 << 30)
    #expect(try target.stat("sparse").blocks512 <= source.stat("sparse").blocks512 + 16)
  }

  @Test func `set-id bits come back only when asked for`() throws {
    let folder = try TestFolder()
    let usual = makeWriter(folder.root, permissions: FolderWriter.Options.usualPermissions)
    for (name, writer) in [("usual", usual), ("all", makeWriter(folder.root))] {
      let draft = try writer.draft(at: folder.path(name), expecting: .absent)
      _ = try draft.finish(FileAttributes(permissions: 0o7755))
    }
    #expect(try folder.stat("usual").permissions == 0o1755)
    #expect(try folder.stat("all").permissions == 0o7755)
  }

  private func entries(_ folder: TestFolder) -> [FolderPath: FileStat] {
    var entries: [FolderPath: FileStat] = [:]
    for listing in folder.scan() {
      for entry in listing { entries[listing.path.appending(entry.name)] = entry.stat }
    }
    return entries
  }

  private func compareContent(
    _ path: FolderPath, _ stat: FileStat, _ source: TestFolder, _ target: TestFolder
  ) throws {
    switch stat.kind {
    case .symlink:
      #expect(
        try target.root.linkTarget(at: path) == source.root.linkTarget(at: path), "\(path)")
    case .file where stat.sizeBytes < 1 << 20:
      let old = try FileReader(source.root, at: path).readWhole(bytesMax: 1 << 20).bytes
      let new = try FileReader(target.root, at: path).readWhole(bytesMax: 1 << 20).bytes
      #expect(old == new, "\(path)")
    case .file:
      let new = try FileReader(target.root, at: path)
      let data = new.dataRanges().reduce(0) { $0 + $1.count }
      #expect(data < 1 << 20, "\(path)")
      var found: [UInt8] = []
      try new.forEachPiece { piece in
        if case .data(let bytes) = piece { found += bytes.filter { $0 != 0 } }
      }
      #expect(found == [UInt8]("mid".utf8), "\(path)")
    default: break
    }
    guard stat.kind == .file || stat.kind == .folder else { return }
    #expect(
      try target.root.extendedAttributes(at: path).kept
        == source.root.extendedAttributes(at: path).kept, "\(path)")
  }

  private func checkReport(_ notKept: [NotKept], _ tree: HostileTree) {
    var reasons: [String: [String]] = [:]
    for report in notKept {
      reasons[report.path.escapedForTerminal, default: []].append(report.reason.description)
    }
    #expect(reasons["fifo"] == ["named pipe"])
    #expect(reasons["sock"] == ["socket"])
    if tree.isRoot {
      #expect(reasons["chr"] == ["character device"])
      #expect(reasons["blk"] == ["block device"])
      #expect(reasons["own"] == ["owner 12345:54321"])
    }
    if tree.hasLists { #expect(reasons["acl"] == ["access control list"]) }
    if tree.hasCapability { #expect(reasons["cap"] == ["capability"]) }
    #expect(reasons["plain"] == nil)
  }
}
