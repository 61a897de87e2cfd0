import Glibc
import Testing

@testable import VaultFolder

struct ScanTests {
  @Test func `a folder comes before what it holds, names in byte order`() throws {
    let folder = try TestFolder()
    for name in ["b", "a", "b/y", "b/x", "a/z"] { try folder.folder(name) }
    for name in ["b/x/f", "a.b", "a0", "c"] { try folder.write(name) }
    let listings = folder.scan()
    let paths = listings.map(\.path.escapedForTerminal)
    #expect(paths == [".", "a", "a/z", "b", "b/x", "b/y"])
    #expect(listings[0].map(\.name.description) == ["a", "a.b", "a0", "b", "c"])
    #expect(listings.allSatisfy { $0.trouble == nil && $0.unreadable.isEmpty })
  }

  @Test func `the vault's own things are not seen`() throws {
    let folder = try TestFolder()
    try folder.folder(".freehold")
    try folder.write(".freehold/secret")
    try folder.folder("a")
    try folder.folder("a/.freehold")
    try folder.write(".freehold-tmp-0123456789abcdef00000001")
    try folder.write(".freehold-tmp-0123456789abcdef0000000X")
    let listings = folder.scan()
    let names = listings[0].map(\.name.description)
    #expect(names == [".freehold-tmp-0123456789abcdef0000000X", "a"])
    #expect(listings[0].staleDrafts.count == 1)
    // Only the root has a marker; elsewhere it is a folder like any other.
    #expect(listings[1].map(\.name.description) == [".freehold"])
  }

  @Test func `paths longer than the kernel takes at once are walked and opened`() throws {
    let folder = try TestFolder()
    let writer = makeWriter(folder.root)
    let name = try #require(FileName([UInt8](repeating: 0x64, count: 200)))
    var path = FolderPath.root
    for _ in 0..<100 {
      path = path.appending(name)
      try writer.makeFolder(at: path)
    }
    let file = path.appending(try #require(FileName("deep")))
    let draft = try writer.draft(at: file, expecting: .absent)
    try draft.write([1, 2, 3])
    _ = try draft.finish(FileAttributes())
    let listings = folder.scan()
    #expect(listings.count == 101)
    #expect(listings.last?.map(\.name.description) == ["deep"])
    #expect(listings.allSatisfy { $0.trouble == nil })
    #expect(try FileReader(folder.root, at: file).readWhole(bytesMax: 10).bytes == [1, 2, 3])
  }

  @Test func `a wide and deep tree needs few open folders`() throws {
    let folder = try TestFolder()
    let writer = makeWriter(folder.root)
    let names = try ["a", "b"].map { try #require(FileName($0)) }
    var path = FolderPath.root
    for _ in 0..<(FolderScan.openFoldersMax + 40) {
      for name in names { try writer.makeFolder(at: path.appending(name)) }
      path = path.appending(names[0])
    }
    let scan = FolderScan(folder.root)
    var paths: [FolderPath] = []
    while let listing = scan.next() {
      #expect(listing.trouble == nil)
      paths.append(listing.path)
    }
    #expect(paths.count == 2 * (FolderScan.openFoldersMax + 40) + 1)
    #expect(paths == paths.sorted())
  }

  @Test func `pipes, sockets and devices are listed and never opened`() throws {
    let folder = try TestFolder()
    _ = try HostileTree(folder)
    let kinds = folder.scan()[0].map(\.kind)
    #expect(kinds.contains(.fifo))
    #expect(kinds.contains(.socket))
    for name in ["fifo", "sock", "sl", "emptydir"] {
      #expect(throws: FolderError(.wrongKind, at: nil, action: "")) {
        try FileReader(folder.root, at: folder.path(name))
      }
    }
  }

  @Test func `ignored folders are entered only when something in them is kept`() throws {
    let folder = try TestFolder()
    try folder.write(".freeholdignore", "*.tmp\nbuild/\n")
    for name in ["build", "build/deep", "kept"] { try folder.folder(name) }
    for name in ["a.tmp", "a.txt", "build/x", "build/deep/y", "kept/b.tmp"] {
      try folder.write(name)
    }
    let listings = folder.scan()
    #expect(listings.map(\.path.description) == [".", "kept"])
    let ignored = listings.flatMap { listing in
      listing.filter(\.isIgnored).map { listing.path.appending($0.name).description }
    }
    #expect(ignored == ["a.tmp", "build", "kept/b.tmp"])
    let build = try folder.path("build")
    let kept = folder.scan(FolderScan.Options(keeps: { $0 == build }))
    #expect(kept.map(\.path.description) == [".", "build", "kept"])
    #expect(kept[1].map(\.isIgnored) == [true, true])
    let off = folder.scan(FolderScan.Options(ignoreFileName: nil))
    #expect(off.allSatisfy { $0.allSatisfy { !$0.isIgnored } })
  }

  @Test func `a folder that cannot be read is trouble, not an end`() throws {
    let folder = try TestFolder()
    try folder.folder("a")
    try folder.folder("b")
    try folder.write("b/f")
    let scan = FolderScan(folder.root)
    #expect(scan.next()?.count == 2)
    // Between the listing and the entering the folder becomes something else.
    try folder.remove("a")
    try folder.link("a", to: [UInt8]("/etc".utf8))
    let entered = try #require(scan.next())
    #expect(entered.path.description == "a")
    #expect(entered.trouble != nil)
    #expect(entered.isEmpty)
    #expect(scan.next()?.count == 1)
    #expect(scan.next() == nil)
  }

  @Test func `a hundred thousand files are each seen once`() throws {
    let folder = try TestFolder()
    for outer in 0..<100 {
      try folder.folder("d\(outer)")
      for inner in 0..<1000 {
        let file = open(folder.system("d\(outer)/f\(inner)"), O_WRONLY | O_CREAT, 0o644)
        try folder.check(file, "open")
        close(file)
      }
    }
    let scan = FolderScan(folder.root)
    var inodes: Set<UInt64> = []
    var count = 0
    while let listing = scan.next() {
      for entry in listing {
        count += 1
        inodes.insert(entry.stat.inode)
      }
    }
    #expect(count == 100_100)
    #expect(inodes.count == 100_100)
  }
}
