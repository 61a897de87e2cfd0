import Glibc
import Testing

@testable import VaultFolder

struct IndexTests {
  private static let rootKey = FolderKey(0)

  private func name(_ text: String) throws -> FileName { try #require(FileName(text)) }

  private func stat(
    _ inode: UInt64, _ kind: FileKind = .file, device: UInt64 = 1, size: Int64 = 10,
    modified: FileTime = FileTime(seconds: 1000, nanoseconds: 5)
  ) -> FileStat {
    FileStat(
      device: device, inode: inode, sizeBytes: size, mode: kind.modeBits | 0o644,
      modified: modified, changed: FileTime(seconds: 2000, nanoseconds: 6),
      linkCount: kind == .folder ? 2 : 1)
  }

  private func object(
    _ key: UInt128, in parent: UInt128, _ text: String, _ kind: FileKind = .file
  ) throws -> IndexedObject {
    let tag = kind == .file ? [UInt8](repeating: UInt8(truncatingIfNeeded: key), count: 32) : []
    return IndexedObject(
      key: FolderKey(key), parent: FolderKey(parent), name: try name(text),
      stat: stat(UInt64(key) + 100, kind), contentTag: tag)
  }

  /// A small tree: a/, a/b/, a/b/x, y.
  private func small() throws -> FolderIndex {
    var index = FolderIndex(rootKey: Self.rootKey)
    index.adoptRoot(stat(2, .folder))
    try index.record(object(1, in: 0, "a", .folder))
    try index.record(object(2, in: 1, "b", .folder))
    try index.record(object(3, in: 2, "x"))
    try index.record(object(4, in: 0, "y"))
    return index
  }

  private func expect(
    _ code: FolderError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    #expect(
      throws: FolderError(code, at: nil, action: ""), sourceLocation: sourceLocation,
      performing: body)
  }

  @Test func `an object is found by key, by place, by path and by inode`() throws {
    let index = try small()
    let x = try object(3, in: 2, "x")
    #expect(index.count == 4)
    #expect(index.object(FolderKey(3)) == x)
    #expect(index.object(in: FolderKey(2), named: try name("x")) == x)
    #expect(index.object(at: try #require(FolderPath("a/b/x"))) == x)
    #expect(index.objects(device: 1, inode: 103) == [x])
    #expect(index.path(of: FolderKey(3))?.description == "a/b/x")
    #expect(index.path(of: Self.rootKey) == .root)
    #expect(Set(index.children(of: Self.rootKey).map(\.key)) == [FolderKey(1), FolderKey(4)])
    #expect(index.object(FolderKey(9)) == nil)
    #expect(index.object(in: Self.rootKey, named: try name("x")) == nil)
    #expect(index.expectation(of: FolderKey(9)) == .absent)
    #expect(index.expectation(of: FolderKey(3)) == .unchanged(x.stat))
  }

  @Test func `a moved folder takes what is in it along, a removed one too`() throws {
    var index = try small()
    try index.record(object(2, in: 0, "c", .folder))
    #expect(index.path(of: FolderKey(3))?.description == "c/x")
    #expect(index.object(at: try #require(FolderPath("a/b"))) == nil)
    index.remove(FolderKey(2))
    index.remove(FolderKey(2))
    #expect(index.count == 2)
    #expect(index.object(FolderKey(3)) == nil)
    #expect(index.objects(device: 1, inode: 103).isEmpty)
    try index.record(object(5, in: 1, "new"))
    #expect(index.path(of: FolderKey(5))?.description == "a/new")
  }

  @Test func `places can go round when they are recorded together`() throws {
    var index = try small()
    let round = try [object(4, in: 0, "a"), object(1, in: 0, "y", .folder)]
    expect(.exists) { try index.record(round[0]) }
    try index.record(contentsOf: round)
    #expect(index.path(of: FolderKey(3))?.description == "y/b/x")
    #expect(index.path(of: FolderKey(4))?.description == "a")
  }

  @Test func `what makes no tree is refused`() throws {
    var index = try small()
    expect(.notFound) { try index.record(object(5, in: 77, "z")) }
    expect(.exists) { try index.record(object(5, in: 0, "y")) }
    expect(.wrongKind) { try index.record(object(5, in: 4, "z")) }
    expect(.wrongKind) { try index.record(object(1, in: 2, "z", .folder)) }
    expect(.wrongKind) { try index.record(object(1, in: 1, "z", .folder)) }
    expect(.notEmpty) { try index.record(object(1, in: 0, "a", .file)) }
    #expect(index.count == 4)
  }

  @Test func `the device of the folder may have another number after a restart`() throws {
    var index = try small()
    index.adoptRoot(stat(2, .folder, device: 9))
    #expect(index.object(FolderKey(3))?.stat.device == 9)
    #expect(index.objects(device: 9, inode: 103).count == 1)
    // Another folder at the same path is not the same folder.
    index.adoptRoot(stat(3, .folder, device: 10))
    #expect(index.object(FolderKey(3))?.stat.device == 9)
  }

  @Test func `an index knows whether anything was written down since it was kept`() throws {
    var index = try small()
    func isChanged(by body: (inout FolderIndex) throws -> Void) rethrows -> Bool {
      index.wasKept()
      try body(&index)
      return index.isChanged
    }
    #expect(index.isChanged)
    #expect(try !FolderIndex(decoding: index.encoded()).isChanged)
    #expect(!isChanged { $0.adoptRoot(stat(2, .folder)) })
    #expect(!isChanged { $0.remove(FolderKey(99)) })
    #expect(!isChanged { $0.rekey(FolderKey(99), to: FolderKey(98)) })
    #expect(isChanged { $0.adoptRoot(stat(2, .folder, modified: FileTime(seconds: 1001))) })
    #expect(try isChanged { try $0.record(object(4, in: 0, "y")) })
    #expect(isChanged { $0.rekey(FolderKey(4), to: FolderKey(5)) })
    #expect(isChanged { $0.remove(FolderKey(5)) })
  }

  @Test func `a file too young to be trusted is not settled`() throws {
    let now = FileTime(seconds: 1000, nanoseconds: 500_000_000)
    func isSettled(_ seconds: Int64, _ nanoseconds: UInt32) -> Bool {
      let modified = FileTime(seconds: seconds, nanoseconds: nanoseconds)
      return IndexedObject.isSettled(stat(1, modified: modified), asOf: now)
    }
    #expect(isSettled(999, 0))
    #expect(isSettled(1000, 470_000_000))
    #expect(!isSettled(1000, 490_000_000))
    #expect(!isSettled(1000, 500_000_000))
    #expect(!isSettled(1060, 1))
    #expect(isSettled(1000 + 90_000, 1))
    // A clock of whole seconds.
    var coarse = stat(1, modified: FileTime(seconds: 999))
    coarse.changed = FileTime(seconds: 999)
    #expect(!IndexedObject.isSettled(coarse, asOf: now))
    coarse.modified = FileTime(seconds: 998)
    #expect(IndexedObject.isSettled(coarse, asOf: now))
  }

  // MARK: Random changes, compared with a dictionary

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `any series of changes is what a dictionary says`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var index = FolderIndex(rootKey: Self.rootKey, tagBytes: 8)
    index.adoptRoot(stat(2, .folder))
    var model: [FolderKey: IndexedObject] = [:]
    for step in 0..<3000 {
      let key = FolderKey(UInt128.random(in: 1...120, using: &generator))
      if Int.random(in: 0..<4, using: &generator) == 0 {
        index.remove(key)
        remove(key, from: &model)
      } else {
        let new = randomObject(key, model, &generator)
        if (try? index.record(new)) != nil { model[key] = new }
      }
      #expect(index.count == model.count)
      if step % 300 == 0 { try compare(index, model) }
    }
    try compare(index, model)
  }

  private func remove(_ key: FolderKey, from model: inout [FolderKey: IndexedObject]) {
    guard model.removeValue(forKey: key) != nil else { return }
    for child in model.values where child.parent == key { remove(child.key, from: &model) }
  }

  private func randomObject(
    _ key: FolderKey, _ model: [FolderKey: IndexedObject],
    _ generator: inout SeededGenerator
  ) -> IndexedObject {
    let folders = model.values.filter { $0.stat.kind == .folder }.map(\.key).sorted()
    let parent = ([Self.rootKey] + folders).randomElement(using: &generator) ?? Self.rootKey
    let names = ["a", "b", "c", "\u{E9}", "e\u{301}"]
    let text = names.randomElement(using: &generator) ?? "a"
    let kinds: [FileKind] = [.file, .folder, .folder, .symlink]
    let kind = kinds.randomElement(using: &generator) ?? .file
    let seconds = Int64.random(in: -1000...1000, using: &generator)
    let stat = stat(
      UInt64.random(in: 0...60, using: &generator), kind,
      device: UInt64.random(in: 1...3, using: &generator),
      size: Int64.random(in: 0...Int64.max, using: &generator),
      modified: FileTime(seconds: seconds, nanoseconds: 999_999_999))
    return IndexedObject(
      key: key, parent: parent, name: FileName(trusted: [UInt8](text.utf8)), stat: stat,
      contentTag: kind == .file ? [1, 2, 3, 4, 5, 6, 7, UInt8(key.low)] : [],
      isSettled: seconds > 0)
  }

  private func compare(
    _ index: FolderIndex, _ model: [FolderKey: IndexedObject]
  ) throws {
    let decoded = try FolderIndex(decoding: index.encoded())
    for index in [index, decoded] {
      #expect(Set(index.objects) == Set(model.values))
      for object in model.values {
        #expect(index.object(object.key) == object)
        #expect(index.object(in: object.parent, named: object.name) == object)
        let links = model.values.filter {
          $0.stat.inode == object.stat.inode && $0.stat.device == object.stat.device
        }
        #expect(
          Set(index.objects(device: object.stat.device, inode: object.stat.inode))
            == Set(links))
      }
    }
  }

  // MARK: Bytes

  @Test func `damaged bytes are refused or are another index, and never trap`() throws {
    let bytes = try small().encoded()
    #expect(try FolderIndex(decoding: bytes).encoded().count == bytes.count)
    for count in 0..<bytes.count {
      expect(.damagedIndex) { _ = try FolderIndex(decoding: Array(bytes[..<count])) }
    }
    expect(.damagedIndex) { _ = try FolderIndex(decoding: bytes + [0]) }
    var generator = SeededGenerator(seed: 99)
    var refused = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[place] = UInt8.random(in: 0...255, using: &generator)
      }
      do {
        let index = try FolderIndex(decoding: damaged)
        for object in index.objects { _ = index.path(of: object.key) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }

  private static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss >> 10
  }

  @Test func `a count that the bytes cannot hold allocates nothing`() throws {
    let index = FolderIndex(rootKey: Self.rootKey)
    var bytes = index.encoded()
    // Magic 8, root key 16, tag width 1, no root stat 1, no devices 1, then the count.
    #expect(bytes[27] == 0)
    bytes.replaceSubrange(27...27, with: [0xFF, 0xFF, 0xFF, 0x06])
    let before = Self.peakMegabytes
    expect(.damagedIndex) { _ = try FolderIndex(decoding: bytes) }
    #expect(Self.peakMegabytes - before < 200)
  }
}
