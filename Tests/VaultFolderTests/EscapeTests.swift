import Glibc
import Testing

@testable import VaultFolder

/// Nothing leads out of the folder: with the kernel's help, and without it.
@Suite(.serialized)
struct EscapeTests {
  let outside: TestFolder
  let folder: TestFolder

  init() throws {
    outside = try TestFolder()
    folder = try TestFolder()
    try outside.folder("d")
    try outside.write("d/f", "outside")
  }

  private func roots() throws -> [FolderRoot] {
    [folder.root, try FolderRoot(systemPath: folder.path, avoidingOpenat2: true)]
  }

  private var outsideNames: [String] {
    outside.scan().flatMap { listing in
      listing.map { listing.path.appending($0.name).description }
    }
  }

  private func expectRefused(_ body: () throws -> Void) {
    let error = #expect(throws: FolderError.self, performing: body)
    #expect(error?.code == .leadsOutside || error?.code == .wrongKind, "\(error as Any)")
  }

  @Test func `a folder exchanged for a link between scan and write is not followed`() throws {
    for root in try roots() {
      try folder.folder("d")
      try folder.write("d/f", "inside")
      let path = try folder.path("d/f")
      let stat = try folder.stat("d/f")
      let writer = makeWriter(root)
      try folder.remove("d/f")
      try folder.remove("d")
      try folder.link("d", to: outside.path + [UInt8]("/d".utf8))

      expectRefused { _ = try FileReader(root, at: path) }
      expectRefused { _ = try writer.draft(at: path, expecting: .unchanged(stat)) }
      expectRefused { _ = try writer.draft(at: path, expecting: .anything) }
      expectRefused { _ = try writer.draft(at: folder.path("d/new"), expecting: .absent) }
      expectRefused { try writer.remove(at: path, expecting: .anything) }
      expectRefused { try writer.makeFolder(at: folder.path("d/sub")) }
      expectRefused { try writer.writeLink(to: [0x61], at: path, expecting: .anything) }
      expectRefused { try writer.move(from: path, to: folder.path("g"), expecting: .anything) }
      expectRefused {
        try writer.setAttributes(FileAttributes(permissions: 0), at: path, expecting: .anything)
      }
      expectRefused {
        try writer.writeHardLink(to: path, at: folder.path("g"), expecting: .absent)
      }
      #expect(try root.stat(at: path) == nil)
      #expect(outsideNames == ["d", "d/f"])
      #expect(try outside.read("d/f") == [UInt8]("outside".utf8))
      try folder.remove("d")
    }
  }

  @Test func `a link further up on the way is not followed either`() throws {
    try outside.folder("d/e")
    try outside.write("d/e/f", "outside")
    try folder.link("d", to: outside.path + [UInt8]("/d".utf8))
    let path = try folder.path("d/e/f")
    for root in try roots() {
      let writer = makeWriter(root)
      expectRefused { _ = try FileReader(root, at: path) }
      expectRefused { _ = try writer.draft(at: path, expecting: .anything) }
      expectRefused { try writer.remove(at: path, expecting: .anything) }
      expectRefused { try writer.makeFolder(at: folder.path("d/e/sub")) }
      #expect((try? root.stat(at: path)) == FileStat?.none)
    }
    #expect(outsideNames.sorted() == ["d", "d/e", "d/e/f", "d/f"])
  }

  @Test func `a draft goes into the folder it was begun in, whatever its name means now`() throws {
    for root in try roots() {
      try folder.folder("d")
      let writer = makeWriter(root)
      let draft = try writer.draft(at: folder.path("d/new"), expecting: .absent)
      try draft.write([1])
      try folder.rename("d", "moved")
      try folder.link("d", to: outside.path + [UInt8]("/d".utf8))
      _ = try draft.finish(FileAttributes())
      #expect(outsideNames == ["d", "d/f"])
      #expect(try folder.read("moved/new") == [1])
      for name in ["moved/new", "moved", "d"] { try folder.remove(name) }
    }
  }

  @Test func `a link in place of a file is replaced, not written through`() throws {
    for root in try roots() {
      try folder.link("f", to: outside.path + [UInt8]("/d/f".utf8))
      expectRefused { _ = try FileReader(root, at: folder.path("f")) }
      let writer = makeWriter(root)
      let draft = try writer.draft(at: folder.path("f"), expecting: .anything)
      try draft.write([1])
      _ = try draft.finish(FileAttributes())
      #expect(try outside.read("d/f") == [UInt8]("outside".utf8))
      #expect(try folder.read("f") == [1])
      try folder.remove("f")
    }
  }

  @Test func `the times and modes of what a link leads to stay`() throws {
    let before = try outside.stat("d/f")
    try folder.link("f", to: outside.path + [UInt8]("/d/f".utf8))
    for root in try roots() {
      let attributes = FileAttributes(permissions: 0o777, modified: FileTime(seconds: 1))
      let path = try folder.path("f")
      try makeWriter(root).setAttributes(attributes, at: path, expecting: .anything)
    }
    #expect(try outside.stat("d/f") == before)
  }

  @Test func `without openat2 reading and scanning are the same`() throws {
    _ = try HostileTree(folder)
    let plain = try roots()[1]
    var listings: [FolderListing] = []
    let scan = FolderScan(plain)
    while let listing = scan.next() { listings.append(listing) }
    let expected = folder.scan()
    #expect(listings.map(\.path) == expected.map(\.path))
    #expect(listings.map { Array($0) } == expected.map { Array($0) })
  }
}
