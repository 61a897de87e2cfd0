import Testing
import VaultEncoding

@testable import VaultCRDT

struct MergeRuleTests {
  @Test func `batches that came too early wait, and what they need is named`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let batches = try (0..<4).map { try left.create(.file, "f\($0)").batch }
    let early = right.tree.merge([batches[3], batches[2], batches[0]])
    #expect(early.appliedCount == 1)
    #expect(early.waiting.map(\.sequence) == [3, 4])
    #expect(early.missing == [left.key: 2])
    let rest = right.tree.merge(early.waiting + [batches[1]])
    #expect(rest.appliedCount == 3)
    #expect(rest.waiting.isEmpty && rest.missing.isEmpty)
    #expect(right.listing == left.listing)
  }

  @Test func `a batch waits for what its author had seen of others`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let first = try left.create(.folder, "d").batch
    try right.merge(first)
    let second = try right.create(.file, "d/f").batch
    #expect(second.dependencies == [left.key: 1])
    var third = Tree()
    let outcome = third.merge([second])
    #expect(outcome.appliedCount == 0)
    #expect(outcome.missing == [left.key: 1])
    #expect(third.merge([second, first]).appliedCount == 2)
  }

  @Test func `the outcome names what changed`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let (folder, first) = try left.create(.folder, "d")
    let (file, second) = try left.create(.file, "d/f")
    let one = right.tree.merge([first, second])
    #expect(Set(one.changed) == [folder, file])
    let third = try left.commit { draft in
      try draft.rename(file, to: "g".bytes)
      try draft.setSetting("k".bytes, to: [1])
    }
    let two = right.tree.merge([third])
    #expect(two.changed == [file])
    #expect(two.changedSettings == ["k".bytes])
    let edit = try right.commit { try $0.setContent(file, to: [1]) }
    let delete = try left.commit { try $0.trash(folder) }
    #expect(Set(right.tree.merge([delete]).changed) == [folder, file])
    let outcome = left.tree.merge([edit])
    #expect(Set(outcome.changed) == [folder, file], "both appear again")
  }

  @Test func `history up to a moment is a tree of its own`() throws {
    var one = Replica(1)
    let batches = try (0..<5).map { try one.create(.file, "f\($0)").batch }
    var past = Tree()
    past.merge(batches.filter { $0.time <= batches[2].time })
    #expect(past.children(of: .root).count == 3)
  }

  @Test func `the vector says what is merged`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let one = try left.create(.file, "a").batch
    let two = try left.create(.file, "b").batch
    try right.merge(one, two)
    _ = try right.create(.file, "c")
    #expect(right.tree.vector == [left.key: 2, right.key: 1])
    #expect(right.tree.vector.includes(left.tree.vector))
    #expect(!left.tree.vector.includes(right.tree.vector))
  }

  @Test func `an all-zero key is no replica`() throws {
    var tree = Tree()
    #expect(throws: CRDTError.self) { try tree.commit(by: .zero, at: 1) { _ in } }
  }

  // MARK: - Batches that contradict their history

  private func changed(
    _ batch: Batch, sequence: UInt64? = nil, dependencies: VersionVector? = nil,
    lamport: UInt64? = nil, firstCounter: UInt64? = nil, flat: [FlatOperation]? = nil
  ) -> Batch {
    Batch(
      sequence: sequence ?? batch.sequence, dependencies: dependencies ?? batch.dependencies,
      lamport: lamport ?? batch.lamport, firstCounter: firstCounter ?? batch.firstCounter,
      time: batch.time, replicas: batch.replicas, flat: flat ?? batch.flat,
      payload: batch.payload)
  }

  private func expectRefused(
    _ batch: Batch, by tree: Tree, _ location: SourceLocation = #_sourceLocation
  ) throws {
    var tree = tree
    let before = tree.encodeCheckpoint()
    let outcome = tree.merge([batch])
    #expect(outcome.refused.count == 1, sourceLocation: location)
    #expect(outcome.refused.first?.error.code == .inconsistent, sourceLocation: location)
    #expect(tree.encodeCheckpoint() == before, sourceLocation: location)
    try tree.checkInvariants()
  }

  @Test func `a batch whose numbers are not the next ones is refused`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let first = try left.create(.folder, "d").batch
    try right.merge(first)
    let second = try left.create(.file, "d/f").batch
    for lamport in [second.lamport - 1, second.lamport + 1, CRDTLimits.lamportMax - 9] {
      try expectRefused(changed(second, lamport: lamport), by: right.tree)
    }
    for counter in [second.firstCounter - 1, second.firstCounter + 1, 1 << 31] {
      try expectRefused(changed(second, firstCounter: counter), by: right.tree)
    }
    #expect(right.tree.merge([second]).appliedCount == 1)
  }

  @Test func `a batch that refers to what it cannot know is refused`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let (folder, first) = try left.create(.folder, "d")
    try right.merge(first)
    _ = try right.create(.file, "d/f")
    // Another replica, which has seen nothing, names the folder.
    let move = FlatOperation(
      kind: .trash, object: Reference(replica: 1, counter: folder.counter))
    let blind = Batch(
      sequence: 1, dependencies: [:], lamport: 1, firstCounter: 0, time: .zero,
      replicas: [key(3), left.key], flat: [move], payload: [])
    try expectRefused(blind, by: right.tree)
    // A batch names its own operations that come later, or that create nothing.
    var flat = FlatOperation(kind: .createFile, object: Reference(replica: 0, counter: 0))
    flat.count = 1
    for counter in [UInt64(0), 1, 2, 77] {
      flat.parent = Reference(replica: 0, counter: counter)
      let batch = Batch(
        sequence: 1, dependencies: [:], lamport: 1, firstCounter: 0, time: .zero,
        replicas: [key(3)], flat: [flat], payload: [97])
      try expectRefused(batch, by: right.tree)
    }
  }

  @Test func `the constants, folders' contents and files as parents are refused`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let first = try left.commit { draft in
      _ = try draft.create(.folder, in: .root, named: "d".bytes)
      _ = try draft.create(.file, in: .root, named: "f".bytes)
    }
    try right.merge(first)
    let (folder, file) = (Reference(replica: 0, counter: 0), Reference(replica: 0, counter: 1))
    let bad = [
      FlatOperation(kind: .trash, object: .root),
      FlatOperation(kind: .trash, object: .trash),
      FlatOperation(kind: .move, object: .root, parent: folder),
      FlatOperation(kind: .move, object: folder, parent: .trash),
      FlatOperation(kind: .move, object: folder, parent: file),
      FlatOperation(kind: .setContent, object: folder),
      FlatOperation(kind: .setContent, object: .root),
      FlatOperation(kind: .setAttribute, object: .trash),
      FlatOperation(kind: .rename, object: .root, count: 0),
    ]
    let second = try left.create(.file, "g").batch
    for operation in bad {
      try expectRefused(changed(second, flat: [operation]), by: right.tree)
    }
  }

  @Test func `a vector that shrinks or has gaps is refused`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let one = try left.create(.file, "a").batch
    try right.merge(one)
    let two = try right.create(.file, "b").batch
    var third = Replica(3)
    try third.merge(one, two)
    let three = try third.create(.file, "c").batch
    #expect(three.dependencies == [left.key: 1, right.key: 1])
    // It names the second replica's batch, but not the first's, which that one had seen.
    let gap = Batch(
      sequence: 1, dependencies: [right.key: 1], lamport: three.lamport, firstCounter: 0,
      time: .zero, replicas: [third.key, right.key], flat: three.flat, payload: three.payload)
    try expectRefused(gap, by: right.tree)
    var known = right.tree
    known.merge([three])
    let four = try third.create(.file, "d").batch
    let again = Batch(
      sequence: 2, dependencies: [left.key: 1], lamport: four.lamport, firstCounter: 1,
      time: .zero, replicas: [third.key, left.key], flat: four.flat, payload: four.payload)
    try expectRefused(again, by: known)
    #expect(known.merge([four]).appliedCount == 1)
  }

  @Test func `what follows a refused batch waits, others go on`() throws {
    var (left, right) = (Replica(1), Replica(2))
    let first = try left.create(.file, "a").batch
    let second = try left.create(.file, "b").batch
    let other = try right.create(.file, "c").batch
    var tree = Tree()
    let outcome = tree.merge([changed(first, lamport: 9), second, other])
    #expect(outcome.appliedCount == 1)
    #expect(outcome.refused.map(\.sequence) == [1])
    #expect(outcome.waiting == [second])
    #expect(outcome.missing.isEmpty)
    #expect(tree.vector == [right.key: 1])
  }
}
