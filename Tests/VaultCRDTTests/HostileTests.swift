import Testing
import VaultEncoding

@testable import VaultCRDT

/// Bytes from an attacker: every truncation, every changed byte, and more, is refused with a typed
/// error or gives something that can be merged and used without a trap.
struct HostileTests {
  /// A history with everything in it, small enough to try every byte.
  private func sample() throws -> (tree: Tree, batches: [Batch]) {
    var (left, right) = (Replica(1), Replica(2))
    var batches = [
      try left.commit { draft in
        let folder = try draft.create(.folder, in: .root, named: "d".bytes)
        let file = try draft.create(.file, in: folder, named: "f".bytes)
        try draft.setContent(file, to: [1, 2])
        try draft.setAttribute(.mode, of: file, to: [3])
        try draft.setSetting("k".bytes, to: [4])
        try draft.setSetting("l".bytes, to: nil)
      }
    ]
    try right.merge(batches[0])
    let (folder, file) = (try left.find("d"), try left.find("d/f"))
    batches.append(try left.commit { try $0.trash(folder) })
    batches.append(
      try right.commit { draft in
        let other = try draft.create(.folder, in: .root, named: "e".bytes)
        try draft.move(file, to: other)
        try draft.rename(file, to: "g".bytes)
        try draft.setContent(file, to: [9])
        try draft.setAttribute(.mode, of: file, to: nil)
      })
    try left.merge(batches[2])
    batches.append(try left.commit { try $0.restore(folder) })
    return (left.tree, batches)
  }

  /// Uses all of a tree.
  private func exercise(_ tree: Tree) throws {
    try tree.checkInvariants()
    tree.forEachFolder { _, children in
      for child in children {
        _ = tree.contents(of: child.object)
        _ = tree.attribute(of: child.object, .mode)
        #expect(tree.path(of: child.object) != nil)
      }
    }
    _ = tree.trashed()
    _ = tree.settings(prefix: [])
    var tree = tree
    _ = try tree.commit(by: key(50), at: 1) { draft in
      _ = try draft.create(.folder, in: .root, named: "new".bytes)
    }
    _ = tree.encodeCheckpoint()
  }

  private func mutations(_ bytes: [UInt8]) -> [[UInt8]] {
    var all = bytes.indices.map { Array(bytes[..<$0]) }
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x02, 0x08, 0x40, 0x80, 0xff] {
        var mutation = bytes
        mutation[index] ^= change
        all.append(mutation)
      }
      var inserted = bytes
      inserted.insert(
        contentsOf: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], at: index)
      all.append(inserted)
      var removed = bytes
      removed.remove(at: index)
      all.append(removed)
    }
    all.append(bytes + [0])
    return all
  }

  @Test func `no change to a batch traps, and what decodes can be merged`() throws {
    let (_, batches) = try sample()
    var (refused, applied, tried) = (0, 0, 0)
    for (index, batch) in batches.enumerated() {
      var base = Tree()
      base.merge(Array(batches[..<index]))
      for bytes in mutations(batch.encode()) {
        tried += 1
        do throws(CRDTError) {
          let decoded = try Batch(decoding: bytes)
          #expect(decoded.encode().count > 0)
          _ = decoded.operations
          var tree = base
          let outcome = tree.merge([decoded] + batches)
          applied += outcome.appliedCount > 0 ? 1 : 0
          try? exercise(tree)
        } catch {
          refused += 1
        }
      }
    }
    #expect(tried > 1_000)
    #expect(refused > tried / 4 && applied > 0)
  }

  @Test func `no change to a batch in columns traps`() throws {
    var one = Replica(1)
    let batch = try one.commit { draft in
      for index in 0..<1_100 {
        _ = try draft.create(.file, in: .root, named: "\(index % 10)".bytes)
      }
    }
    let bytes = batch.encode()
    var generator = Seeded(12)
    var decodedCount = 0
    for round in 0..<3_000 {
      var mutation = bytes
      // Mostly the header and the lengths of the columns.
      let index = generator.below(round % 3 == 0 ? bytes.count : 60)
      mutation[index] = UInt8(truncatingIfNeeded: generator.next())
      guard let decoded = try? Batch(decoding: mutation) else { continue }
      decodedCount += 1
      if decodedCount % 20 == 0 {
        var tree = Tree()
        tree.merge([decoded])
        _ = tree.children(of: .root).count
      }
    }
    #expect(decodedCount > 0)
    for count in [0, 1, 2, 33, 34, 50, bytes.count / 2, bytes.count - 1] {
      #expect(throws: CRDTError.self) { try Batch(decoding: Array(bytes[..<count])) }
    }
  }

  @Test func `no change to a checkpoint traps, and what decodes is a sound tree`() throws {
    let (tree, batches) = try sample()
    let bytes = tree.encodeCheckpoint()
    var (refused, loaded) = (0, 0)
    for mutation in mutations(bytes) {
      do throws(CRDTError) {
        var tree = try Tree(checkpoint: mutation)
        loaded += 1
        do { try exercise(tree) } catch { Issue.record("\(error) after \(mutation)") }
        _ = tree.merge(batches)
        try? tree.checkInvariants()
      } catch {
        refused += 1
      }
    }
    #expect(refused > 100 && loaded > 0)
    for count in bytes.indices {
      #expect(throws: CRDTError.self) { try Tree(checkpoint: Array(bytes[..<count])) }
    }
  }

  @Test(arguments: UInt64(0)..<30)
  func `random changes to checkpoints of random histories do not trap`(seed: UInt64) throws {
    var history = try RandomHistory(seed: seed &+ 40_000, replicas: 4, steps: 60)
    var tree = Tree()
    history.mergeAll(into: &tree)
    let bytes = tree.encodeCheckpoint()
    for _ in 0..<150 {
      var mutation = bytes
      for _ in 0..<(1 + history.generator.below(3)) {
        let index = history.generator.below(bytes.count)
        mutation[index] = UInt8(truncatingIfNeeded: history.generator.next())
      }
      guard var loaded = try? Tree(checkpoint: mutation) else { continue }
      do { try exercise(loaded) } catch { Issue.record("seed \(seed): \(error)") }
      loaded.merge(history.batches)
      do { try loaded.checkInvariants() } catch { Issue.record("seed \(seed): \(error)") }
    }
  }

  @Test func `numbers near their limits are refused`() throws {
    func bytes(
      sequence: UInt64 = 1, counter: UInt64 = 0, lamport: UInt64 = 1, time: UInt64 = 0,
      tick: UInt64 = 0, count: UInt64 = 1
    ) -> [UInt8] {
      var writer = ByteWriter()
      writer.writeUInt8(1)
      writer.writeCount(1)
      writer.writeBytes32(key(1))
      for number in [sequence, counter, lamport, time, tick, 0, count] {
        writer.writeVarint(number)
      }
      writer.writeBytes([22, 1, 107, 0])
      return writer.bytes
    }
    #expect(try Batch(decoding: bytes()).count == 1)
    for huge in [UInt64(1) << 32, 1 << 47, 1 << 48, 1 << 63, .max - 1, .max] {
      #expect(throws: CRDTError.self) { try Batch(decoding: bytes(sequence: huge)) }
      #expect(throws: CRDTError.self) { try Batch(decoding: bytes(counter: huge)) }
      #expect(throws: CRDTError.self) { try Batch(decoding: bytes(time: huge | 1 << 48)) }
      #expect(throws: CRDTError.self) { try Batch(decoding: bytes(tick: huge)) }
      #expect(throws: CRDTError.self) { try Batch(decoding: bytes(count: huge)) }
      if huge >= 1 << 47 {
        #expect(throws: CRDTError.self) { try Batch(decoding: bytes(lamport: huge)) }
      }
    }
    #expect(throws: CRDTError.self) { try Batch(decoding: bytes(sequence: 0)) }
    #expect(throws: CRDTError.self) { try Batch(decoding: bytes(lamport: 0)) }
  }

  @Test(arguments: ["", ".", "..", "a/b", "a\0", String(repeating: "x", count: 256)])
  func `a name that no folder could hold is refused at decoding`(name: String) throws {
    let operation = FlatOperation(
      kind: .createFile, object: Reference(replica: 0, counter: 0), parent: .root, start: 0,
      count: UInt32(name.utf8.count))
    let batch = Batch(
      sequence: 1, dependencies: [:], lamport: 1, firstCounter: 0, time: .zero,
      replicas: [key(1)], flat: [operation], payload: name.bytes)
    #expect(throws: CRDTError.self) { try Batch(decoding: batch.encode()) }
  }
}
