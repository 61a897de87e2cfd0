import Testing
import VaultCRDT

struct MoveRuleTests {
  @Test func `a folder that is moved takes along what is in it`() throws {
    var one = Replica(1)
    _ = try one.create(.folder, "a")
    _ = try one.create(.file, "a/f")
    _ = try one.create(.folder, "b")
    let (a, b) = (try one.find("a"), try one.find("b"))
    _ = try one.commit { try $0.move(a, to: b) }
    #expect(one.listing == ["b/", "b/a/", "b/a/f"])
  }

  @Test func `of two moves that would make a circle the later one is refused everywhere`() throws {
    var (left, right) = try twins { draft in
      _ = try draft.create(.folder, in: .root, named: "x".bytes)
      _ = try draft.create(.folder, in: .root, named: "y".bytes)
    }
    let (x, y) = (try left.find("x"), try left.find("y"))
    let first = try left.commit { try $0.move(x, to: y) }
    let second = try right.commit { try $0.move(y, to: x) }
    try left.merge(second)
    try right.merge(first)
    #expect(left.listing == right.listing)
    let isLeftFirst = left.key < right.key
    #expect(left.listing == (isLeftFirst ? ["y/", "y/x/"] : ["x/", "x/y/"]))
  }

  @Test func `a refused move takes effect when what refused it comes to nothing`() throws {
    // y goes under x, x goes under y (refused), but a still earlier move had taken y away.
    var (left, right) = try twins { draft in
      let x = try draft.create(.folder, in: .root, named: "x".bytes)
      let y = try draft.create(.folder, in: x, named: "y".bytes)
      _ = try draft.create(.folder, in: y, named: "z".bytes)
    }
    let (x, y) = (try left.find("x"), try left.find("x/y"))
    let out = try left.commit { try $0.move(y, to: .root) }
    let rename = try right.commit { try $0.rename(x, to: "x2".bytes) }
    let wild = Batch.make([.move(x, parent: y)], by: right.key, on: right.tree)
    try right.merge(wild)
    #expect(right.listing == ["x2/", "x2/y/", "x2/y/z/"])
    try right.merge(out)
    #expect(right.listing == ["y/", "y/x2/", "y/z/"])
    try left.merge(wild, rename)
    #expect(left.listing == right.listing)
  }

  @Test func `a rename and a move at the same time both count`() throws {
    var (left, right) = try twins { draft in
      _ = try draft.create(.folder, in: .root, named: "to".bytes)
      _ = try draft.create(.file, in: .root, named: "old".bytes)
    }
    let (file, folder) = (try left.find("old"), try left.find("to"))
    let move = try left.commit { try $0.move(file, to: folder) }
    let rename = try right.commit { try $0.rename(file, to: "new".bytes) }
    try left.merge(rename)
    try right.merge(move)
    #expect(left.listing == ["to/", "to/new"])
    #expect(right.listing == left.listing)
  }

  @Test func `a folder cannot be moved into itself`() throws {
    var one = Replica(1)
    let (folder, _) = try one.create(.folder, "a")
    let (inner, _) = try one.create(.folder, "a/b")
    var tree = one.tree
    for target in [folder, inner] {
      #expect(throws: CRDTError.self) {
        try tree.commit(by: one.key, at: 9) { try $0.move(folder, to: target) }
      }
    }
    try tree.checkInvariants()
    #expect(tree.encodeCheckpoint() == one.tree.encodeCheckpoint())
  }

  @Test func `the root and the trash stay where they are`() throws {
    var one = Replica(1)
    let (folder, _) = try one.create(.folder, "a")
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { try $0.move(.root, to: folder) }
    }
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { try $0.trash(.root) }
    }
    #expect(throws: CRDTError.self) {
      try one.tree.commit(by: one.key, at: 1) { try $0.move(folder, to: .trash) }
    }
  }

  @Test func `a change that changes nothing makes no batch`() throws {
    var one = Replica(1)
    let (file, _) = try one.create(.file, "a")
    _ = try one.commit { draft in
      try draft.setContent(file, to: [1])
      try draft.setAttribute(.mode, of: file, to: [1])
      try draft.setSetting([1], to: [2])
    }
    let vector = one.tree.vector
    let batch = try one.tree.commit(by: one.key, at: 5) { draft in
      try draft.rename(file, to: "a".bytes)
      try draft.move(file, to: .root)
      try draft.setContent(file, to: [1])
      try draft.setAttribute(.mode, of: file, to: [1])
      try draft.setAttribute(.extendedAttributes, of: file, to: nil)
      try draft.setSetting([1], to: [2])
      try draft.setSetting([7], to: nil)
    }
    #expect(batch == nil)
    #expect(one.tree.vector == vector)
  }

  @Test func `a draft whose body throws leaves the tree as it was`() throws {
    struct Stop: Error {}
    var (left, _) = try twins { draft in
      let folder = try draft.create(.folder, in: .root, named: "d".bytes)
      let file = try draft.create(.file, in: folder, named: "f".bytes)
      try draft.setContent(file, to: [1])
      try draft.setAttribute(.mode, of: file, to: [1])
      try draft.setSetting([1], to: [1])
    }
    let before = left.tree.encodeCheckpoint()
    let (folder, file) = (try left.find("d"), try left.find("d/f"))
    #expect(throws: Stop.self) {
      try left.tree.commit(by: key(3), at: 1) { draft in
        let new = try draft.create(.folder, in: folder, named: "n".bytes)
        try draft.move(file, to: new)
        try draft.rename(file, to: "g".bytes)
        try draft.setContent(file, to: [2])
        try draft.setAttribute(.mode, of: file, to: [2])
        try draft.setAttribute(.linkGroup, of: file, to: [2])
        try draft.setSetting([1], to: nil)
        try draft.setSetting([2], to: [2])
        try draft.trash(folder)
        #expect(draft.tree.children(of: .root).isEmpty)
        throw Stop()
      }
    }
    try left.tree.checkInvariants()
    #expect(left.tree.encodeCheckpoint() == before)
    #expect(left.listing == ["d/", "d/f"])
    #expect(left.tree.vector.count == 1)
  }
}
