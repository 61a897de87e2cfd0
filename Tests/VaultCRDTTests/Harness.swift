import Testing
import VaultCRDT
import VaultEncoding

/// A replica with its tree, for tests that tell a story.
struct Replica {
  let key: Bytes32
  var tree = Tree()
  var wall: Int64 = 1_000

  init(_ number: Int, _ tree: Tree = Tree()) {
    key = VaultCRDTTests.key(number)
    self.tree = tree
  }

  /// Commits changes that must make a batch.
  mutating func commit(_ body: (inout Draft) throws -> Void) throws -> Batch {
    wall += 1
    return try #require(try tree.commit(by: key, at: wall, body))
  }

  /// Makes one object.
  mutating func create(
    _ kind: ObjectKind, _ path: String
  ) throws -> (object: ObjectID, batch: Batch) {
    var names = path.split(separator: "/").map { Array($0.utf8) }
    let name = names.removeLast()
    let folder = try #require(tree.object(at: names))
    var object = ObjectID.root
    let batch = try commit { object = try $0.create(kind, in: folder, named: name) }
    return (object, batch)
  }

  mutating func merge(_ batches: Batch...) throws {
    let outcome = tree.merge(batches)
    #expect(outcome.waiting.isEmpty && outcome.refused.isEmpty)
    try tree.checkInvariants()
  }

  /// The object that is shown at a path.
  func find(_ path: String) throws -> ObjectID {
    try #require(tree.object(at: path.split(separator: "/").map { Array($0.utf8) }))
  }

  /// All shown paths, folders with a slash at the end.
  var listing: [String] {
    var paths: [String] = []
    list(.root, "", &paths)
    return paths.sorted()
  }

  private func list(_ folder: ObjectID, _ prefix: String, _ paths: inout [String]) {
    for child in tree.children(of: folder) {
      let path = prefix + text(child.name)
      paths.append(child.kind == .folder ? path + "/" : path)
      list(child.object, path + "/", &paths)
    }
  }
}

/// Two replicas that both know the same batch.
func twins(_ body: (inout Draft) throws -> Void) throws -> (Replica, Replica) {
  var left = Replica(1)
  let batch = try left.commit(body)
  var right = Replica(2)
  try right.merge(batch)
  return (left, right)
}
