import Glibc
import Testing

@testable import VaultFolder

struct ReaderTests {
  @Test func `pieces are the content, holes included`() throws {
    let folder = try TestFolder()
    var generator = SeededGenerator(seed: 5)
    let content = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try folder.write([UInt8]("f".utf8), content)
    let file = open(folder.system("f"), O_WRONLY)
    ftruncate(file, 10 << 20)
    pwrite(file, content, 1000, 5 << 20)
    close(file)
    let reader = try FileReader(folder.root, at: folder.path("f"), bufferBytes: 65_536)
    var bytes: [UInt8] = []
    var holes: Int64 = 0
    try reader.forEachPiece { piece in
      switch piece {
      case .data(let data): bytes += data
      case .hole(let count):
        holes += count
        bytes += [UInt8](repeating: 0, count: Int(count))
      }
    }
    #expect(bytes.count == 10 << 20)
    #expect(Array(bytes.prefix(300_000)) == content)
    #expect(Array(bytes[(5 << 20)...].prefix(1000)) == Array(content.prefix(1000)))
    let dataBytes = reader.dataRanges().reduce(0) { $0 + $1.count }
    #expect(Int64(bytes.count) == holes + Int64(dataBytes))
    let one = reader.dataRanges(countMax: 1)
    #expect(one.count == 1 && one.first?.upperBound == 10 << 20)
  }

  @Test func `an empty file is no piece`() throws {
    let folder = try TestFolder()
    try folder.write("f", "")
    let reader = try FileReader(folder.root, at: folder.path("f"))
    #expect(try reader.nextPiece { _ in 1 } == nil)
  }

  @Test func `a change while reading is noticed`() throws {
    let changes: [(TestFolder) throws -> Void] = [
      { try $0.write("f", "longer than before") }, { try $0.write("f", "") },
      { try $0.write("f", "abcdefgX") }, { try $0.setTime("f", seconds: 77) },
    ]
    for change in changes {
      let folder = try TestFolder()
      try folder.write("f", "abcdefgh")
      try folder.setTime("f", seconds: 1)
      let reader = try FileReader(folder.root, at: folder.path("f"))
      try change(folder)
      #expect(throws: FolderError(.changedWhileReading, at: nil, action: "")) {
        try reader.forEachPiece { _ in }
      }
    }
  }

  @Test func `what is not there is said to be not there`() throws {
    let folder = try TestFolder()
    #expect(throws: FolderError(.notFound, at: nil, action: "")) {
      try FileReader(folder.root, at: folder.path("none"))
    }
    #expect(try folder.root.stat(at: folder.path("none/deeper")) == nil)
    #expect(throws: FolderError(.wrongKind, at: nil, action: "")) {
      try folder.root.linkTarget(at: .root)
    }
  }

  @Test func `attributes over the limit are said`() throws {
    let attribute = ExtendedAttribute(
      name: [UInt8]("user.x".utf8), value: [UInt8](repeating: 0, count: (64 << 10) + 1))
    #expect(attribute == nil)
    #expect(NotKept.Reason(attributeName: [UInt8]("security.selinux".utf8)) == nil)
    let names: [(String, NotKept.Reason)] = [
      ("system.posix_acl_default", .accessControlList), ("security.capability", .capability),
      ("trusted.overlay.opaque", .attribute("trusted.overlay.opaque")),
    ]
    for (name, reason) in names {
      #expect(NotKept.Reason(attributeName: [UInt8](name.utf8)) == reason)
    }
  }
}
