import FreeholdTestKit
import Testing
import VaultCRDT
import VaultEncoding

@testable import Freehold

/// Laws of folding: whatever devices knew when they folded, they come to one tree, nothing that
/// somebody wrote is hidden, and nothing is there twice.
@Suite struct TwinFoldingTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `folding at any time hides nothing that was written, and ends`(seed: UInt64) throws {
    var world = try TwinWorld(seed: seed)
    for _ in 0..<40 { try world.step() }
    try world.comeTogether()
    let digests = Set(world.trees.map { $0.encodeCheckpoint() })
    #expect(digests.count == 1)
    let tree = world.trees[0]
    let shown = Set(world.shownContents(tree))
    for content in world.expected { #expect(shown.contains(content), "seed \(seed): \(content)") }
    for group in tree.groups(sharing: .origin) {
      // Only what was written on several sides is there several times, and each of it once.
      let kinds = Set(group.map { tree.kind(of: $0) })
      #expect(kinds == [.file])
      let contents = group.map { tree.contents(of: $0).map(\.value) }
      #expect(Set(contents).count == group.count)
    }
    let names = tree.children(of: .root).filter { $0.kind == .folder }
    #expect(names.count == TwinWorld.folderCount, "each folder once")
  }

  @Test func `what nobody changed is folded with one operation for each top folder or file`() throws
  {
    var world = try TwinWorld(seed: 1)
    try world.mergeAll()
    let folding = TwinFolding(world.trees[0])
    #expect(folding.moves.isEmpty)
    #expect(
      folding.trashed.count
        == (TwinWorld.folderCount + TwinWorld.topFiles) * (world.trees.count - 1))
  }
}

/// Replicas that have each planted the same things, and then write, move and fold at random.
private struct TwinWorld {
  static let folderCount = 3
  static let topFiles = 2
  private static let filesInFolder = 3

  private(set) var trees: [Tree]
  private var batches: [Batch] = []
  private var generator: SeededGenerator
  private let keys: [Bytes32]
  private var clock: Int64 = 1_000
  /// Contents that were written and that nobody who had seen them has replaced.
  private(set) var expected: Set<[UInt8]> = []
  private var contentCount = 0

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    let count = 2 + Int(seed % 3)
    keys = (0..<count).map { number in Bytes32(digestOf: seed, number) }
    trees = Array(repeating: Tree(), count: count)
    for replica in trees.indices {
      try commit(replica) { draft in
        for file in 0..<Self.topFiles { try draft.plant("top \(file)", in: .root) }
        for folder in 0..<Self.folderCount {
          let made = try draft.create(.folder, in: .root, named: Array("folder \(folder)".utf8))
          try draft.setAttribute(.origin, of: made, to: Array("folder \(folder)".utf8))
          for file in 0..<Self.filesInFolder { try draft.plant("\(folder)/\(file)", in: made) }
        }
      }
    }
  }

  mutating func step() throws {
    let replica = below(trees.count)
    switch below(10) {
    case 0..<4: try write(replica)
    case 4: try create(replica)
    case 5: try move(replica)
    case 6..<8: try fold(replica)
    default: merge(replica)
    }
  }

  /// Brings all batches everywhere and folds until there is nothing to fold.
  mutating func comeTogether() throws {
    for _ in 0..<20 {
      try mergeAll()
      guard !TwinFolding(trees[0]).isEmpty else { return }
      for replica in trees.indices where below(2) == 0 || replica == 0 {
        try fold(replica)
      }
    }
    Issue.record("folding does not end")
  }

  mutating func mergeAll() throws {
    for replica in trees.indices { #expect(trees[replica].merge(batches).waiting.isEmpty) }
  }

  func shownContents(_ tree: Tree) -> [[UInt8]] {
    var found: [[UInt8]] = []
    tree.forEachFolder { _, children in
      for child in children { found += tree.contents(of: child.object).map(\.value) }
    }
    return found
  }

  // MARK: Steps

  private mutating func below(_ count: Int) -> Int { generator.number(in: 0...count - 1) }

  private mutating func commit(
    _ replica: Int, _ body: (inout Draft) throws -> Void
  ) throws {
    clock += Int64(below(500))
    let batch = try trees[replica].commit(by: keys[replica], at: clock, body)
    if let batch { batches.append(batch) }
  }

  private mutating func newContent() -> [UInt8] {
    contentCount += 1
    return Manifest.inline(Array("content \(contentCount)".utf8)).bytes
  }

  private mutating func shown(_ replica: Int, _ kind: ObjectKind) -> ObjectID? {
    var found: [ObjectID] = []
    trees[replica].forEachFolder { _, children in
      found += children.filter { $0.kind == kind }.map(\.object)
    }
    return found.isEmpty ? nil : found[below(found.count)]
  }

  private mutating func write(_ replica: Int) throws {
    guard let file = shown(replica, .file) else { return }
    let content = newContent()
    for old in trees[replica].contents(of: file) { expected.remove(old.value) }
    try commit(replica) { try $0.setContent(file, to: content) }
    expected.insert(content)
  }

  private mutating func create(_ replica: Int) throws {
    guard let folder = shown(replica, .folder) else { return }
    let content = newContent()
    try commit(replica) { draft in
      let file = try draft.create(.file, in: folder, named: Array("new".utf8))
      try draft.setContent(file, to: content)
    }
    expected.insert(content)
  }

  private mutating func move(_ replica: Int) throws {
    guard let file = shown(replica, .file), let folder = shown(replica, .folder) else { return }
    try commit(replica) { try $0.move(file, to: folder) }
  }

  private mutating func fold(_ replica: Int) throws {
    let folding = TwinFolding(trees[replica])
    try commit(replica) { draft in
      for (object, folder) in folding.moves { try draft.move(object, to: folder) }
    }
    try commit(replica) { draft in
      for object in folding.trashed { try draft.trash(object) }
    }
  }

  private mutating func merge(_ replica: Int) {
    // Whole prefixes of each author, so that most of it can be merged.
    let author = keys[below(keys.count)]
    let most = below(batches.count) + 1
    trees[replica].merge(batches.prefix(most).filter { $0.replica == author })
  }
}

extension Draft {
  fileprivate mutating func plant(_ name: String, in folder: ObjectID) throws {
    let bytes = Array(name.utf8)
    let file = try create(
      .file, in: folder, named: Array((name.split(separator: "/").last ?? "").utf8))
    try setContent(file, to: Manifest.inline(bytes).bytes)
    try setAttribute(.origin, of: file, to: bytes)
  }
}

extension Bytes32 {
  fileprivate init(digestOf seed: UInt64, _ number: Int) {
    var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(number))
    guard let bytes = Bytes32(generator.bytes(32)) else { preconditionFailure() }
    self = bytes
  }
}
