import Glibc
import Testing

@testable import VaultFolder

struct WriterTests {
  let folder: TestFolder
  let writer: FolderWriter

  init() throws {
    folder = try TestFolder()
    writer = makeWriter(folder.root)
  }

  private func write(
    _ path: String, _ content: String, expecting expectation: ExpectedState,
    _ attributes: FileAttributes = FileAttributes()
  ) throws -> Written {
    let draft = try writer.draft(at: folder.path(path), expecting: expectation)
    try draft.write([UInt8](content.utf8))
    return try draft.finish(attributes)
  }

  private var names: [String] {
    folder.scan().flatMap { listing in
      listing.map { listing.path.appending($0.name).description }
    }
  }

  private func expect(
    _ code: FolderError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    #expect(
      throws: FolderError(code, at: nil, action: ""), sourceLocation: sourceLocation,
      performing: body)
  }

  // MARK: Files

  @Test func `a file appears whole, with its attributes`() throws {
    let time = FileTime(seconds: -5, nanoseconds: 7)
    let attribute = try #require(
      ExtendedAttribute(name: [UInt8]("user.a".utf8), value: [0, 1]))
    let draft = try writer.draft(at: folder.path("f"), expecting: .absent)
    try draft.write([1, 2, 3])
    #expect(names.isEmpty)
    let written = try draft.finish(
      FileAttributes(permissions: 0o640, modified: time, extended: [attribute]))
    #expect(names == ["f"])
    #expect(written.unapplied.isEmpty)
    #expect(try written.stat == folder.stat("f"))
    #expect(written.stat.permissions == 0o640)
    #expect(written.stat.modified == time)
    #expect(try folder.read("f") == [1, 2, 3])
    #expect(try folder.root.extendedAttributes(at: folder.path("f")).kept == [attribute])
  }

  @Test func `what is there is replaced only when it is as expected`() throws {
    let first = try write("f", "one", expecting: .absent).stat
    expect(.exists) { _ = try write("f", "two", expecting: .absent) }
    let second = try write("f", "two", expecting: .unchanged(first)).stat
    expect(.changedMeanwhile) { _ = try write("f", "three", expecting: .unchanged(first)) }
    #expect(try folder.read("f") == [UInt8]("two".utf8))
    #expect(second.inode != first.inode)
    _ = try write("f", "four", expecting: .anything)
    #expect(try folder.read("f") == [UInt8]("four".utf8))
    #expect(names == ["f"])
    #expect(folder.scan()[0].staleDrafts.isEmpty)
  }

  @Test func `a file saved by somebody while the draft is written survives`() throws {
    let first = try write("f", "one", expecting: .absent).stat
    let draft = try writer.draft(at: folder.path("f"), expecting: .unchanged(first))
    try draft.write([9])
    try folder.write("f", "precious")
    expect(.changedMeanwhile) { _ = try draft.finish(FileAttributes()) }
    #expect(try folder.read("f") == [UInt8]("precious".utf8))
    let late = try writer.draft(at: folder.path("new"), expecting: .absent)
    try folder.write("new", "precious")
    expect(.exists) { _ = try late.finish(FileAttributes()) }
    #expect(try folder.read("new") == [UInt8]("precious".utf8))
    #expect(folder.scan()[0].staleDrafts.isEmpty)
  }

  @Test func `a file that was expected and is gone is not made again`() throws {
    let first = try write("f", "one", expecting: .absent).stat
    try folder.remove("f")
    expect(.changedMeanwhile) { _ = try write("f", "two", expecting: .unchanged(first)) }
    #expect(names.isEmpty)
  }

  @Test func `a draft that is not finished leaves nothing`() throws {
    do {
      let draft = try writer.draft(at: folder.path("f"), expecting: .absent)
      try draft.write([1])
    }
    try writer.draft(at: folder.path("g"), expecting: .absent).discard()
    #expect(names.isEmpty)
    #expect(folder.scan()[0].staleDrafts.isEmpty)
  }

  @Test func `drafts of a crashed run are removed, those of this run are not`() throws {
    try folder.write(".freehold-tmp-00000000000000aa00000001")
    let draft = try writer.draft(at: folder.path("f"), expecting: .absent)
    let listing = folder.scan()[0]
    #expect(listing.staleDrafts.count == 2)
    #expect(writer.removeStaleDrafts(of: listing) == 1)
    _ = try draft.finish(FileAttributes())
    #expect(names == ["f"])
  }

  @Test func `zeros become holes and content stays the same`() throws {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<40 {
      var content: [UInt8] = []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let count = Int.random(in: 0...20_000, using: &generator)
        let byte: UInt8 = Bool.random(using: &generator) ? 0 : 7
        content += [UInt8](repeating: byte, count: count)
      }
      let draft = try writer.draft(at: folder.path("f\(round)"), expecting: .absent)
      var rest = content[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...9000, using: &generator))
        try draft.write([UInt8](piece))
        rest = rest.dropFirst(piece.count)
      }
      let stat = try draft.finish(FileAttributes()).stat
      #expect(stat.sizeBytes == Int64(content.count))
      #expect(try folder.read("f\(round)") == content)
    }
    let draft = try writer.draft(at: folder.path("holes"), expecting: .absent)
    try draft.write([UInt8](repeating: 0, count: 1 << 20))
    try draft.writeHole(bytes: 1 << 30)
    try draft.write([1])
    try draft.writeHole(bytes: 5)
    let stat = try draft.finish(FileAttributes()).stat
    #expect(stat.sizeBytes == (1 << 30) + (1 << 20) + 6)
    #expect(stat.blocks512 <= 64)
  }

  // MARK: Folders, links, names

  @Test func `folders get their attributes when all is written`() throws {
    let time = FileTime(seconds: 1_000_000_000, nanoseconds: 5)
    let attributes = FileAttributes(permissions: 0o500, modified: time)
    try writer.makeFolder(at: folder.path("a"), attributes: attributes)
    try writer.makeFolder(at: folder.path("a/b"), attributes: attributes)
    _ = try write("a/b/f", "x", expecting: .absent)
    try writer.move(from: folder.path("a"), to: folder.path("c"), expecting: .anything)
    let settled = writer.settle()
    #expect(settled.allSatisfy { (try? $0.result.get())?.unapplied.isEmpty == true })
    #expect(Set(settled.map(\.path.description)) == [".", "c", "c/b"])
    for path in ["c", "c/b"] {
      #expect(try folder.stat(path).modified == time)
      #expect(try folder.stat(path).permissions == 0o500)
    }
    expect(.exists) { try writer.makeFolder(at: folder.path("c")) }
    try writer.makeFolder(at: folder.path("c"), expecting: .anything)
    #expect(try folder.stat("c").permissions == 0o500)
  }

  @Test func `links are made and replaced, and keep their time`() throws {
    let time = FileTime(seconds: 12, nanoseconds: 34)
    let path = try folder.path("l")
    let first = try writer.writeLink(
      to: [0xFF, 0x2F], at: path, modified: time, expecting: .absent)
    #expect(first.stat.modified == time)
    try writer.writeLink(to: [0x61], at: path, expecting: .unchanged(first.stat))
    #expect(try folder.root.linkTarget(at: path) == [0x61])
    expect(.changedMeanwhile) {
      try writer.writeLink(to: [0x62], at: path, expecting: .unchanged(first.stat))
    }
    expect(.nameRefused) { try writer.writeLink(to: [], at: path, expecting: .anything) }
    let set = try writer.setAttributes(
      FileAttributes(modified: FileTime(seconds: 1)), at: path, expecting: .anything)
    #expect(set.stat.modified.seconds == 1)
  }

  @Test func `hard links share one file, also in place of another`() throws {
    let first = try write("a", "x", expecting: .absent).stat
    let second = try write("b", "y", expecting: .absent).stat
    let path = try folder.path("b")
    let linked = try writer.writeHardLink(
      to: folder.path("a"), at: path, expecting: .unchanged(second))
    #expect(linked.inode == first.inode)
    #expect(linked.linkCount == 2)
    let again = try writer.writeHardLink(to: folder.path("a"), at: path, expecting: .anything)
    #expect(again == linked)
    #expect(folder.scan()[0].staleDrafts.isEmpty)
  }

  @Test func `moving never overwrites and never moves something else`() throws {
    let first = try write("a", "x", expecting: .absent).stat
    _ = try write("b", "y", expecting: .absent)
    let (a, b, c) = try (folder.path("a"), folder.path("b"), folder.path("c"))
    expect(.exists) { try writer.move(from: a, to: b, expecting: .unchanged(first)) }
    let moved = try writer.move(from: a, to: c, expecting: .unchanged(first))
    #expect(moved.inode == first.inode)
    #expect(names == ["b", "c"])
    try folder.write("c", "changed")
    expect(.changedMeanwhile) { try writer.move(from: c, to: a, expecting: .unchanged(moved)) }
    #expect(names == ["b", "c"])
    try folder.folder("d")
    expect(.wrongKind) {
      try writer.move(from: folder.path("d"), to: folder.path("d/e"), expecting: .anything)
    }
  }

  @Test func `removing spares what was changed and folders that hold something`() throws {
    let first = try write("a", "x", expecting: .absent).stat
    try folder.write("a", "changed")
    let path = try folder.path("a")
    expect(.changedMeanwhile) { try writer.remove(at: path, expecting: .unchanged(first)) }
    #expect(try folder.read("a") == [UInt8]("changed".utf8))
    try writer.remove(at: path, expecting: .unchanged(folder.stat("a")))
    try writer.remove(at: path, expecting: .anything)
    try folder.folder("d")
    try folder.write("d/f")
    let stat = try folder.stat("d")
    expect(.notEmpty) { try writer.remove(at: folder.path("d"), expecting: .unchanged(stat)) }
    try folder.remove("d/f")
    try writer.remove(at: folder.path("d"), expecting: .unchanged(stat))
    #expect(names.isEmpty)
  }

  @Test func `attributes are made these and no others`() throws {
    _ = try write("a", "x", expecting: .absent)
    let path = try folder.path("a")
    func attribute(_ name: String, _ value: UInt8) throws -> ExtendedAttribute {
      try #require(ExtendedAttribute(name: [UInt8](name.utf8), value: [value]))
    }
    let first = try [attribute("user.a", 1), attribute("user.b", 2)]
    try writer.setAttributes(FileAttributes(extended: first), at: path, expecting: .anything)
    let second = try [attribute("user.b", 3), attribute("user.c", 4)]
    try writer.setAttributes(FileAttributes(extended: second), at: path, expecting: .anything)
    #expect(try folder.root.extendedAttributes(at: path).kept == second)
    let stat = try folder.stat("a")
    try folder.setTime("a", seconds: 1)
    expect(.changedMeanwhile) {
      try writer.setAttributes(FileAttributes(), at: path, expecting: .unchanged(stat))
    }
    #expect(ExtendedAttribute(name: [UInt8]("security.x".utf8), value: []) == nil)
  }

  @Test func `a file that cannot be written does not stop the others`() throws {
    let tooLong = FolderPath([FileName(trusted: [UInt8](repeating: 0x61, count: 256))])
    expect(.nameRefused) { _ = try writer.draft(at: tooLong, expecting: .absent).finish(.init()) }
    expect(.notFound) { _ = try write("none/f", "x", expecting: .absent) }
    _ = try write("f", "x", expecting: .absent)
    expect(.wrongKind) { _ = try write("f/g", "x", expecting: .absent) }
    try folder.folder("d")
    expect(.exists) { _ = try write("d", "x", expecting: .anything) }
    #expect(names == ["d", "f"])
  }
}
