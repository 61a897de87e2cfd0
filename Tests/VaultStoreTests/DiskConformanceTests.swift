import FreeholdTestKit
import Testing
import VaultEnvironment

/// The promises of `Disk`, on every kind of disk.
@Suite struct DiskConformanceTests {
  @Test(arguments: DiskKind.allCases)
  func `what is written is read back, and replaced by what is written later`(
    kind: DiskKind
  ) throws {
    try kind.withFolder { disk, folder in
      var generator = SeededGenerator(seed: 1)
      let path = folder.appending("file")
      for count in [0, 1, 511, 512, 4096, 100_000, 3, 0] {
        let bytes = generator.bytes(count)
        try disk.writeDurably(path, bytes)
        #expect(try disk.read(path, bytesMax: count) == bytes)
        #expect(try disk.sizeBytes(path) == UInt64(count))
      }
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a batch of many files in two folders is written whole`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      try disk.makeFolder(folder.appending("a"))
      try disk.makeFolder(folder.appending("b"))
      let writes = (0..<150).map { number in
        DiskWrite(
          folder.appending(number % 2 == 0 ? "a" : "b").appending("\(number)"),
          Array("content \(number)".utf8))
      }
      try disk.writeDurably(writes)
      for write in writes { #expect(try disk.read(write.path, bytesMax: 100) == write.bytes) }
      #expect(try disk.list(folder.appending("a")).count == 75)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a file longer than the limit is refused and one as long is read`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("file")
      try disk.writeDurably(path, [1, 2, 3])
      #expect(try disk.read(path, bytesMax: 3) == [1, 2, 3])
      #expect(try code { try disk.read(path, bytesMax: 2) } == .tooLarge)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a range is given exactly or not at all`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("file")
      try disk.writeDurably(path, Array(0..<100))
      #expect(try disk.read(path, offset: 10, count: 5) == [10, 11, 12, 13, 14])
      #expect(try disk.read(path, offset: 100, count: 0) == [])
      for (offset, count) in [(99, 2), (100, 1), (101, 0), (0, 101), (0, -1)] {
        let refusal = try code { try disk.read(path, offset: UInt64(offset), count: count) }
        #expect(refusal == .truncated)
      }
      #expect(try code { try disk.read(path, offset: .max, count: .max) } == .truncated)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `what is not there is not found, or nothing`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("nothing")
      #expect(try code { try disk.read(path, bytesMax: 1) } == .notFound)
      #expect(try disk.item(at: path) == nil)
      #expect(try disk.exists(path) == false)
      #expect(try code { try disk.list(path) } == .notFound)
      #expect(try code { try disk.writeDurably(path.appending("file"), []) } == .notFound)
      #expect(try code { try disk.move(path, to: folder.appending("other")) } == .notFound)
      try disk.remove(path)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a list is in the order of the names, without files being written`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      for name in ["b", "a", "ab", "B", "é"] { try disk.writeDurably(folder.appending(name), [7]) }
      try disk.makeFolder(folder.appending("c"))
      let unfinished = try disk.makeFile(folder.appending("d"))
      try unfinished.append([1])
      let items = try disk.list(folder)
      #expect(
        items.map { String(decoding: $0.name, as: UTF8.self) } == ["B", "a", "ab", "b", "c", "é"])
      #expect(items.map(\.kind) == [.file, .file, .file, .file, .folder, .file])
      #expect(items.map(\.sizeBytes) == [1, 1, 1, 1, 0, 1])
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `folders are made with those above them, and again without complaint`(
    kind: DiskKind
  ) throws {
    try kind.withFolder { disk, folder in
      let deep = folder.appending("a").appending("b").appending("c")
      try disk.makeFolder(deep)
      try disk.makeFolder(deep)
      #expect(try disk.item(at: deep)?.kind == .folder)
      try disk.writeDurably(deep.appending("file"), [])
      #expect(try code { try disk.makeFolder(deep.appending("file")) } == .wrongKind)
      #expect(try code { try disk.removeFolder(deep) } == .wrongKind)
      try disk.remove(deep.appending("file"))
      try disk.removeFolder(deep)
      #expect(try disk.exists(deep) == false)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a moved file has only its new name and replaces what had it`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      try disk.makeFolder(folder.appending("trash"))
      let old = folder.appending("file")
      let new = folder.appending("trash").appending("file")
      try disk.writeDurably(old, [1])
      try disk.writeDurably(new, [2])
      try disk.move(old, to: new)
      #expect(try disk.exists(old) == false)
      #expect(try disk.read(new, bytesMax: 1) == [1])
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a file written in pieces appears when it is committed`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("file")
      let file = try disk.makeFile(path)
      try file.append([1, 2])
      try file.append([3])
      #expect(try disk.exists(path) == false)
      #expect(file.sizeBytes == 3)
      try file.commit()
      #expect(try disk.read(path, bytesMax: 3) == [1, 2, 3])
      #expect(throws: DiskError.self) { try file.append([4]) }
      #expect(throws: DiskError.self) { try file.commit() }
      file.discard()
      #expect(try disk.exists(path))
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a file that is dropped without commit leaves nothing`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      do {
        let file = try disk.makeFile(folder.appending("file"))
        try file.append([1])
      }
      let other = try disk.makeFile(folder.appending("file"))
      other.discard()
      #expect(try disk.list(folder).isEmpty)
      #expect(try disk.removeLeftovers(in: folder) == 0)
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `leftovers are cleared away and nothing else`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let file = try disk.makeFile(folder.appending("unfinished"))
      try file.append([1])
      try disk.writeDurably(folder.appending("finished"), [2])
      #expect(try disk.removeLeftovers(in: folder) == 1)
      #expect(try disk.removeLeftovers(in: folder) == 0)
      #expect(try disk.list(folder).count == 1)
      #expect(throws: DiskError.self) { try file.commit() }
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `a lock is held once and can be taken again after its release`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let path = folder.appending("lock")
      let lock = try disk.lock(path)
      let error = #expect(throws: DiskError.self) { try disk.lock(path) }
      #expect(error?.code == .busy)
      #expect(error?.holder != nil)
      lock.release()
      lock.release()
      do {
        let second = try disk.lock(path)
        #expect(try code { try disk.lock(path) } == .busy)
        withExtendedLifetime(second) {}
      }
      try disk.lock(path).release()
      #expect(try disk.exists(path))
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `free space is a number above zero`(kind: DiskKind) throws {
    try kind.withFolder { disk, folder in
      let free = try disk.freeBytes(in: folder)
      #expect(free > 0)
      #expect(try code { try disk.freeBytes(in: folder.appending("nothing")) } == .notFound)
    }
  }

  private func code(_ body: () throws -> some Any) throws -> DiskError.Code? {
    do {
      _ = try body()
      return nil
    } catch let error as DiskError {
      return error.code
    }
  }
}
