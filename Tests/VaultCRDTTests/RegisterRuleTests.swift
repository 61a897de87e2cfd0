import Testing
import VaultCRDT

struct RegisterRuleTests {
  private func file() throws -> (Replica, Replica, ObjectID) {
    let (left, right) = try twins { draft in
      _ = try draft.create(.file, in: .root, named: "f".bytes)
    }
    return (left, right, try left.find("f"))
  }

  @Test func `concurrent contents are both kept, the latest clock first`() throws {
    var (left, right, file) = try file()
    right.wall = 5_000
    let one = try left.commit { try $0.setContent(file, to: [1]) }
    let two = try right.commit { try $0.setContent(file, to: [2]) }
    try left.merge(two)
    try right.merge(one)
    #expect(left.tree.contents(of: file).map(\.value) == [[2], [1]])
    #expect(left.tree.contents(of: file).map(\.replica) == [right.key, left.key])
    #expect(left.tree.contents(of: file)[0].time.milliseconds == 5_001)
    #expect(left.tree.contents(of: file) == right.tree.contents(of: file))
    let resolve = try right.commit { try $0.setContent(file, to: [3]) }
    try left.merge(resolve)
    #expect(left.tree.contents(of: file).map(\.value) == [[3]])
  }

  @Test func `a write that saw only one of two contents replaces only that one`() throws {
    var (left, right, file) = try file()
    let one = try left.commit { try $0.setContent(file, to: [1]) }
    _ = try right.commit { try $0.setContent(file, to: [2]) }
    let three = try left.commit { try $0.setContent(file, to: [3]) }
    try right.merge(one, three)
    #expect(Set(right.tree.contents(of: file).map(\.value)) == [[2], [3]])
  }

  @Test func `the later write of an attribute wins, whoever is merged first`() throws {
    var (left, right, file) = try file()
    right.wall = 5_000
    let zero = try left.commit { try $0.setAttribute(.mode, of: file, to: [0]) }
    try right.merge(zero)
    let one = try left.commit { try $0.setAttribute(.mode, of: file, to: [1]) }
    let two = try right.commit { try $0.setAttribute(.mode, of: file, to: nil) }
    try left.merge(two)
    try right.merge(one)
    #expect(left.tree.attribute(of: file, .mode) == nil)
    #expect(right.tree.attribute(of: file, .mode) == nil)
  }

  @Test func `a clock far in the future loses to whoever has seen it`() throws {
    var (left, right, file) = try file()
    left.wall = 4_000_000_000_000
    let poison = try left.commit { try $0.setAttribute(.mode, of: file, to: [1]) }
    try right.merge(poison)
    let later = try right.commit { try $0.setAttribute(.mode, of: file, to: [2]) }
    #expect(later.time.milliseconds < 10_000)
    #expect(right.tree.attribute(of: file, .mode) == [2])
    try left.merge(later)
    #expect(left.tree.attribute(of: file, .mode) == [2])
    // Nor does the device itself stay in the future once its clock is right again.
    left.wall = 6_000
    #expect(try left.commit { try $0.setSetting([1], to: [1]) }.time.milliseconds < 10_000)
  }

  @Test func `a clock a little ahead is followed, so that time respects causality`() throws {
    var (left, right, file) = try file()
    left.wall = 600_000
    let ahead = try left.commit { try $0.setContent(file, to: [1]) }
    try right.merge(ahead)
    let after = try right.commit { try $0.setContent(file, to: [2]) }
    #expect(after.time > ahead.time)
    #expect(after.time.milliseconds == ahead.time.milliseconds)
  }

  @Test(arguments: [Int64.min, -1, Int64.max])
  func `a clock outside of all bounds is clamped`(wall: Int64) throws {
    var tree = Tree()
    let batch = try #require(
      try tree.commit(by: key(1), at: wall) { try $0.setSetting([1], to: [1]) })
    #expect(batch.time.milliseconds >= 0)
    #expect(try Batch(decoding: batch.encode()) == batch)
    let next = try tree.commit(by: key(1), at: wall) { try $0.setSetting([1], to: [2]) }
    #expect(next != nil)
  }

  @Test func `settings are found by prefix, in order`() throws {
    var one = Replica(1)
    _ = try one.commit { draft in
      for name in ["node/b", "node/a", "pack/1", "nod"] {
        try draft.setSetting(name.bytes, to: name.bytes)
      }
    }
    _ = try one.commit { try $0.setSetting("node/b".bytes, to: nil) }
    _ = try one.commit { try $0.setSetting("node/c".bytes, to: []) }
    #expect(one.tree.settings(prefix: "node/".bytes).map { text($0.key) } == ["node/a", "node/c"])
    #expect(one.tree.setting("node/c".bytes) == [])
    #expect(one.tree.setting("node/b".bytes) == nil)
  }

  @Test func `the names of a hard-linked file are found by their group`() throws {
    var one = Replica(1)
    let (first, _) = try one.create(.file, "a")
    let (second, _) = try one.create(.file, "b")
    let (third, _) = try one.create(.file, "c")
    let group = [UInt8](repeating: 7, count: 16)
    _ = try one.commit { draft in
      for file in [first, second, third] {
        try draft.setAttribute(.linkGroup, of: file, to: group)
      }
      try draft.setAttribute(.linkGroup, of: second, to: nil)
      try draft.trash(third)
    }
    #expect(one.tree.objects(with: .linkGroup, equalTo: group) == [first])
  }

  @Test func `folders have attributes but no content, the root has attributes`() throws {
    var one = Replica(1)
    let (folder, _) = try one.create(.folder, "d")
    _ = try one.commit { draft in
      try draft.setAttribute(.mode, of: folder, to: [1])
      try draft.setAttribute(.mode, of: .root, to: [2])
    }
    #expect(one.tree.attribute(of: .root, .mode) == [2])
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { try $0.setContent(folder, to: [1]) }
    }
  }

  @Test func `many overwritten values do not stay in memory or checkpoint`() throws {
    var (left, right, file) = try file()
    for round in 0..<40 {
      let batch = try left.commit { draft in
        try draft.setContent(file, to: [UInt8](repeating: UInt8(round), count: 50_000))
        try draft.rename(file, to: "f\(round)".bytes)
      }
      try right.merge(batch)
    }
    #expect(left.tree.encodeCheckpoint() == right.tree.encodeCheckpoint())
    #expect(left.tree.encodeCheckpoint().count < 51_000)
    #expect(left.tree.contents(of: file).map(\.value.count) == [50_000])
  }
}
