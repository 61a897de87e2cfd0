import Testing
import VaultCRDT
import VaultEncoding

struct NameRuleTests {
  /// Two replicas that each made an object of the same name.
  private func clash(
    _ kind: ObjectKind, _ name: String, labels: ConflictLabel? = nil
  ) throws -> Replica {
    var (left, right) = (Replica(1), Replica(2))
    let one = try left.create(kind, name).batch
    let two = try right.create(kind, name).batch
    try left.merge(two)
    try right.merge(one)
    #expect(left.listing == right.listing)
    if let labels { left.tree.conflictLabel = labels }
    return left
  }

  private let bob = ConflictLabel { _, _ in "bob" }

  @Test func `the second of one name is marked before its extension`() throws {
    let names = try clash(.file, "a.tar.gz", labels: bob).listing
    #expect(names == ["a.tar (conflict, bob).gz", "a.tar.gz"])
  }

  @Test func `folders and hidden files have no extension`() throws {
    #expect(
      try clash(.folder, "v1.2", labels: bob).listing == ["v1.2 (conflict, bob)/", "v1.2/"])
    #expect(
      try clash(.file, ".profile", labels: bob).listing == [".profile", ".profile (conflict, bob)"])
  }

  @Test func `the default label is the start of the replica's key`() throws {
    let tree = try clash(.file, "a").tree
    let second = try #require(tree.children(of: .root).first { $0.isClash })
    let prefix = second.object.replica.hex.prefix(8)
    #expect(text(second.name) == "a (conflict, \(prefix))")
    #expect(tree.object(at: [second.name]) == second.object)
    #expect(tree.path(of: second.object) == [second.name])
  }

  @Test func `a marked name never takes one that is wanted`() throws {
    var one = try clash(.file, "a", labels: bob)
    _ = try one.create(.file, "a (conflict, bob)")
    #expect(one.listing == ["a", "a (conflict, bob)", "a (conflict, bob, 2)"])
    #expect(try one.find("a (conflict, bob)") != one.find("a (conflict, bob, 2)"))
  }

  @Test func `who had the name first keeps it, even when an older object comes later`() throws {
    var (left, right) = try twins { draft in
      _ = try draft.create(.file, in: .root, named: "old".bytes)
    }
    let old = try left.find("old")
    let (new, create) = try left.create(.file, "name")
    let rename = try right.commit { draft in
      try draft.setSetting([1], to: [1])
      try draft.rename(old, to: "name".bytes)
    }
    try left.merge(rename)
    try right.merge(create)
    #expect(try left.find("name") == new)
    #expect(left.listing == right.listing)
  }

  @Test func `a marked name fits 255 bytes and does not cut a character`() throws {
    let long = String(repeating: "ä", count: 125) + ".text"
    let tree = try clash(.file, long).tree
    let marked = try #require(tree.children(of: .root).first { $0.isClash })
    #expect(marked.name.count <= 255)
    #expect(String(validating: marked.name, as: UTF8.self) != nil)
    #expect(text(marked.name).hasSuffix(").text"))
    let bytes = [UInt8](repeating: 0xff, count: 255)
    var (left, right) = (Replica(1), Replica(2))
    _ = try left.commit { _ = try $0.create(.file, in: .root, named: bytes) }
    let two = try right.commit { _ = try $0.create(.file, in: .root, named: bytes) }
    try left.merge(two)
    #expect(left.tree.children(of: .root).count == 2)
    #expect(left.tree.children(of: .root).allSatisfy { $0.name.count <= 255 })
  }

  @Test func `case and Unicode form make different names`() throws {
    var one = Replica(1)
    let names = ["a", "A", "\u{e9}", "e\u{301}"]
    for name in names { _ = try one.create(.file, name) }
    let shown = one.tree.children(of: .root)
    #expect(shown.map(\.name) == names.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
    #expect(!shown.contains { $0.isClash })
  }

  @Test(arguments: ["", ".", "..", "a/b", "a\0b", String(repeating: "a", count: 256)])
  func `a name that no folder could hold is refused`(name: String) throws {
    var one = Replica(1)
    let (file, _) = try one.create(.file, "ok")
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { draft in
        _ = try draft.create(.file, in: .root, named: name.bytes)
      }
    }
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { try $0.rename(file, to: name.bytes) }
    }
  }

  @Test func `a thousand siblings of one name all have names`() throws {
    var one = Replica(1)
    _ = try one.commit { draft in
      for _ in 0..<1_000 { _ = try draft.create(.file, in: .root, named: "same".bytes) }
    }
    let names = Set(one.tree.children(of: .root).map(\.name))
    #expect(names.count == 1_000)
  }
}
