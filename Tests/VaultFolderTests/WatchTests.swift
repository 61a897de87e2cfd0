import Glibc
import Testing

@testable import VaultFolder

/// What `FolderWatch` notices, with real folders and the kernel's events: no test sleeps, each
/// reads the descriptor until it has what it wants.
struct WatchTests {
  private static let patience: Int32 = 20_000

  private func watch(
    _ folder: TestFolder, keeps: @escaping @Sendable (FolderPath) -> Bool = { _ in false },
    foldersMax: Int = FolderWatch.foldersMax
  ) throws -> FolderWatch {
    let watch = try FolderWatch(systemPath: folder.path, keeps: keeps, foldersMax: foldersMax)
    watch.start()
    return watch
  }

  /// Everything noticed until something is at `path`; the kernel tells things in their order.
  private func news(_ watch: FolderWatch, until path: String) throws -> Set<String> {
    var seen: Set<String> = []
    while !seen.contains(path) {
      guard watch.waitForEvents(milliseconds: Self.patience) else {
        throw TestError("nothing at \(path), only \(seen.sorted())")
      }
      guard watch.read() else { continue }
      seen.formUnion(watch.take().paths.map(\.description))
    }
    return seen
  }

  /// What is noticed of what was done so far: everything before a last file.
  private func news(_ watch: FolderWatch, in folder: TestFolder) throws -> Set<String> {
    try folder.write("last")
    return try news(watch, until: "last").subtracting(["last"])
  }

  @Test func `files written, removed, renamed and touched are noticed`() throws {
    let folder = try TestFolder()
    try folder.folder("a")
    try folder.write("a/old")
    let watch = try watch(folder)
    #expect(!watch.waitForEvents(milliseconds: 0))
    #expect(watch.folderCount == 2)
    try folder.write("a/new", "text")
    #expect(try news(watch, in: folder) == ["a/new"])
    try folder.rename("a/new", "b")
    #expect(try news(watch, in: folder) == ["a/new", "b"])
    try folder.remove("a/old")
    try folder.setTime("b", seconds: 1_000_000)
    try folder.link("l", to: Array("b".utf8))
    #expect(try news(watch, in: folder) == ["a/old", "b", "l"])
  }

  @Test func `names are bytes`() throws {
    let folder = try TestFolder()
    let watch = try watch(folder)
    try folder.write([0xE9, 0xFF, 0x0A], [1])
    try folder.write("last")
    var paths: Set<FolderPath> = []
    while !paths.contains(try folder.path("last")) {
      try #require(watch.waitForEvents(milliseconds: Self.patience))
      if watch.read() { paths.formUnion(watch.take().paths) }
    }
    #expect(paths.contains { $0.bytes == [0xE9, 0xFF, 0x0A] })
  }

  @Test func `a folder that appears is watched with what is in it`() throws {
    let folder = try TestFolder()
    let watch = try watch(folder)
    try folder.folder("a")
    try folder.folder("a/b")
    #expect(try news(watch, in: folder).contains("a"))
    #expect(watch.folderCount == 3)
    try folder.write("a/b/deep")
    #expect(try news(watch, in: folder) == ["a/b/deep"])
  }

  @Test func `a renamed folder is followed, and one that left is not watched any more`() throws {
    let folder = try TestFolder()
    let elsewhere = try TestFolder()
    try folder.folder("a")
    try folder.folder("a/b")
    let watch = try watch(folder)
    try folder.rename("a", "c")
    #expect(try news(watch, in: folder) == ["a", "c"])
    try folder.write("c/b/file")
    #expect(try news(watch, in: folder) == ["c/b/file"])
    #expect(watch.folderCount == 3)
    try move(folder.text + "/c", to: elsewhere.text + "/c")
    #expect(try news(watch, in: folder) == ["c"])
    #expect(watch.folderCount == 1)
    try elsewhere.write("c/b/unseen")
    #expect(try news(watch, in: folder).isEmpty)
    try move(elsewhere.text + "/c", to: folder.text + "/d")
    #expect(try news(watch, in: folder) == ["d"])
    try folder.write("d/b/seen")
    #expect(try news(watch, in: folder) == ["d/b/seen"])
  }

  @Test func `a removed folder and one made again under its name`() throws {
    let folder = try TestFolder()
    try folder.folder("a")
    let watch = try watch(folder)
    for _ in 1...3 {
      try folder.remove("a")
      try folder.folder("a")
      // What was written before the folder was under watch again is for the scan to find.
      #expect(try news(watch, in: folder) == ["a"])
      try folder.write("a/file")
      #expect(try news(watch, in: folder) == ["a/file"])
      try folder.remove("a/file")
      _ = try news(watch, in: folder)
    }
    #expect(watch.folderCount == 2)
  }

  @Test func `ignored folders are not watched, unless something in them is kept`() throws {
    let folder = try TestFolder()
    for name in ["build", "build/kept", "src", "src/out"] { try folder.folder(name) }
    try folder.write(".freeholdignore", "build/\n*.o\n")
    try folder.write("src/.freeholdignore", "/out\n")
    let kept = try folder.path("build")
    let watch = try watch(folder)
    #expect(watch.folderCount == 2)
    try folder.write("build/x")
    try folder.write("src/out/x")
    try folder.write("src/x.o")
    try folder.write("src/x.c")
    #expect(try news(watch, in: folder) == ["src/x.c"])
    let other = try self.watch(folder, keeps: { $0 == kept })
    #expect(other.folderCount == 3)
  }

  @Test func `other ignore rules bind at once`() throws {
    let folder = try TestFolder()
    for name in ["a", "a/b", "c"] { try folder.folder(name) }
    let watch = try watch(folder)
    #expect(watch.folderCount == 4)
    try folder.write(".freeholdignore", "a/\n")
    #expect(try news(watch, in: folder) == [".freeholdignore"])
    #expect(watch.folderCount == 2)
    try folder.write(".freeholdignore", "c/\n")
    _ = try news(watch, in: folder)
    #expect(watch.folderCount == 3)
    try folder.write("a/b/x")
    #expect(try news(watch, in: folder) == ["a/b/x"])
  }

  @Test func `the vault's own files and editors' passing ones wake nobody`() throws {
    let folder = try TestFolder()
    let watch = try watch(folder)
    try folder.folder(".freehold")
    try folder.write(".freehold/vault")
    let draft = FolderRoot.draftPrefix + String(repeating: "0", count: 24)
    try folder.write(draft)
    for name in ["4913", ".note.txt.swp", ".~lock.a.odt#", ".goutputstream-ABC123", "~$a.docx"] {
      try folder.write(name)
      try folder.remove(name)
    }
    #expect(try news(watch, in: folder).isEmpty)
    #expect(watch.folderCount == 1)
    // A name that only looks like one of them is a name like any other.
    try folder.write(".swp")
    try folder.write(FolderRoot.draftPrefix + "0")
    #expect(try news(watch, in: folder).count == 2)
  }

  @Test func `an atomic save is noticed at the file's own name`() throws {
    let folder = try TestFolder()
    try folder.write("note.txt", "one")
    let watch = try watch(folder)
    try folder.write("note.txt~new", "two")
    try folder.rename("note.txt~new", "note.txt")
    #expect(try news(watch, in: folder) == ["note.txt~new", "note.txt"])
  }

  @Test func `a file is noticed when it is closed, not while it is written`() throws {
    let folder = try TestFolder()
    let watch = try watch(folder)
    let file = open(folder.system("slow"), O_WRONLY | O_CREAT, 0o644)
    _ = Glibc.write(file, "one", 3)
    #expect(try news(watch, in: folder).isEmpty)
    close(file)
    #expect(try news(watch, in: folder) == ["slow"])
  }

  @Test func `lost events are said and everything is watched anew`() throws {
    let folder = try TestFolder()
    try folder.folder("a")
    let watch = try watch(folder)
    // The queue of the kernel holds 16,384 events unless the system says otherwise; two events of
    // one file each time, alternating so that none is merged with the one before.
    var isUnsure = false
    for round in 0..<64 where !isUnsure {
      for number in 0..<(4096) {
        try folder.setTime("a", seconds: round * 10_000 + number)
        try folder.setTime(".", seconds: round * 10_000 + number)
      }
      if round % 8 == 7 {
        _ = watch.read()
        isUnsure = watch.take().isUnsure
      }
    }
    #expect(isUnsure)
    #expect(watch.folderCount == 2)
    try folder.write("a/after")
    #expect(try news(watch, until: "a/after").contains("a/after"))
  }

  @Test func `a folder that is gone itself is said`() throws {
    let folder = try TestFolder()
    try folder.folder("a")
    let watch = try FolderWatch(systemPath: folder.path + Array("/a".utf8))
    watch.start()
    try folder.remove("a")
    try #require(watch.waitForEvents(milliseconds: Self.patience))
    #expect(watch.read())
    #expect(watch.take().isRootGone)
  }

  @Test func `a limit is said, and what is watched until then goes on`() throws {
    let folder = try TestFolder()
    for name in ["a", "b", "c"] { try folder.folder(name) }
    let watch = try watch(folder, foldersMax: 3)
    #expect(watch.shortage == .folders)
    #expect(watch.folderCount == 3)
    try folder.write("x")
    #expect(try news(watch, until: "x").contains("x"))
  }

  private func move(_ from: String, to: String) throws {
    guard Glibc.rename(from, to) == 0 else { throw TestError("rename \(from)") }
  }
}
