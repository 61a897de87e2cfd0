import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment
import VaultStore

@Suite struct VaultDatabaseTests {
  private let sample = Sample()

  // MARK: Feeds

  @Test(arguments: DiskKind.allCases)
  func `entries continue their feed and come back in order`(kind: DiskKind) throws {
    try withDatabase(kind) { vault in
      let entries = (1...20).map { sample.entry(0, UInt64($0), bytes: 100) }
      try vault.write { try $0.append(Array(entries[..<5])) }
      try vault.write { try $0.append(Array(entries[5...])) }
      try vault.read { t in
        let feed = try t.feed(scope: sample.scope, device: sample.devices[0])
        #expect(feed?.count == 20)
        #expect(feed?.first == 1)
        #expect(feed?.chain == entries[19].chain)
        let all = try t.entries(
          scope: sample.scope, device: sample.devices[0], from: 1, bytesMax: .max)
        #expect(all == entries)
        let some = try t.entries(
          scope: sample.scope, device: sample.devices[0], from: 7, bytesMax: 350)
        #expect(some == Array(entries[6..<9]))
        let one = try t.entries(
          scope: sample.scope, device: sample.devices[0], from: 7, bytesMax: 1)
        #expect(one == [entries[6]])
        #expect(
          try t.chain(scope: sample.scope, device: sample.devices[0], at: 3) == entries[2].chain)
        #expect(try t.entry(scope: sample.scope, device: sample.devices[0], sequence: 21) == nil)
      }
    }
  }

  @Test func `a gap, a repetition and a number too large are refused and nothing is added`() throws
  {
    try withDatabase(.simulated) { vault in
      try vault.write { try $0.append([sample.entry(0, 1)]) }
      for sequence in [0, 1, 2, 4, UInt64(Int64.max) + 1, .max] {
        #expect(throws: StoreError.self) {
          try vault.write { try $0.append([sample.entry(0, 2), sample.entry(0, sequence)]) }
        }
      }
      let count = try vault.read {
        try $0.feed(scope: sample.scope, device: sample.devices[0])?.count
      }
      #expect(count == 1)
    }
  }

  @Test func `dropped entries are gone, the feed goes on and knows where it begins`() throws {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        try t.append((1...10).map { sample.entry(0, UInt64($0)) })
        try t.setCheckpoint(sample.scope, vector: [1], sealed: [2])
        try t.dropEntries(scope: sample.scope, device: sample.devices[0], through: 6)
        try t.append([sample.entry(0, 11)])
      }
      let first = try vault.read { t in
        #expect(
          try t.entries(
            scope: sample.scope, device: sample.devices[0], from: 1, bytesMax: .max
          ).map(\.sequence) == Array(7...11))
        return try t.feed(scope: sample.scope, device: sample.devices[0])?.first
      }
      #expect(first == 7)
      try vault.write {
        try $0.dropEntries(scope: sample.scope, device: sample.devices[0], through: .max >> 1)
      }
      let feed = try vault.read { try $0.feed(scope: sample.scope, device: sample.devices[0]) }
      #expect(feed?.first == 12)
      #expect(feed?.count == 11)
    }
  }

  @Test func `entries that wait and those in quarantine are listed, merged ones are not`() throws {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        try t.append((1...6).map { sample.entry(0, UInt64($0)) })
        try t.setState(
          .merged, scope: sample.scope, device: sample.devices[0], sequences: 1...3)
        try t.setState(
          .quarantined, scope: sample.scope, device: sample.devices[0], sequences: 5...5)
      }
      try vault.read { t in
        let waiting = try t.entries(in: .waiting)
        #expect(waiting.map(\.sequence) == [4, 6])
        #expect(try t.entries(in: .quarantined).map(\.sequence) == [5])
        #expect(try t.entries(in: .merged).isEmpty)
        #expect(try t.entryCount(in: .merged) == 3)
      }
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `what a node lacks is exactly what it has not acknowledged`(kind: DiskKind) throws {
    try withDatabase(kind) { vault in
      let node = sample.nodes[0]
      try vault.write { t in
        try t.setNode(sample.node(0))
        try t.setNode(sample.node(1))
        try t.append((1...10).map { sample.entry(0, UInt64($0), bytes: 10) })
        try t.append((1...5).map { sample.entry(1, UInt64($0), bytes: 10) })
        try t.setAcknowledged(
          by: node, scope: sample.scope, device: sample.devices[0], through: 8)
        try t.setAcknowledged(
          by: node, scope: sample.scope, device: sample.devices[0], through: 3)
      }
      try vault.read { t in
        let lacking = try t.entriesLacking(at: node, bytesMax: .max)
        #expect(lacking.map(\.sequence) == [9, 10, 1, 2, 3, 4, 5])
        #expect(try t.entriesLackingCount(at: node) == 7)
        #expect(try t.entriesLacking(at: node, bytesMax: 25).count == 2)
        #expect(try t.entriesLackingCount(at: sample.nodes[1]) == 15)
        let known = try t.acknowledged(
          by: node, scope: sample.scope, device: sample.devices[0])
        #expect(known == 8)
        #expect(throws: StoreError.self) {
          try t.entriesLacking(at: sample.nodes[2], bytesMax: 1)
        }
      }
      try vault.write { t in
        try t.correctAcknowledged(
          by: node, scope: sample.scope, device: sample.devices[0], to: 2)
        #expect(try t.entriesLackingCount(at: node) == 13)
        #expect(try t.acknowledgedFeeds(by: node).map(\.through) == [2])
        // What this device does not have any more is lacking all the same.
        try t.dropEntries(scope: sample.scope, device: sample.devices[0], through: 9)
        #expect(try t.entriesLackingCount(at: node) == 13)
        try t.forgetAcknowledgements(of: node)
      }
      #expect(try vault.read { try $0.entriesLackingCount(at: node) } == 15)
    }
  }

  // MARK: Heads and policy

  @Test func `only a newer head takes the place of a head`() throws {
    try withDatabase(.simulated) { vault in
      let heads = [5, 6, 6, 4].enumerated().map { sample.head(UInt64($1), salt: UInt8($0)) }
      try vault.write { try $0.setHead(heads[0]) }
      try vault.write { try $0.setHead(heads[1]) }
      try vault.write { try $0.setHead(heads[1]) }
      for refused in heads[2...] {
        let error = #expect(throws: StoreError.self) {
          try vault.write { try $0.setHead(refused) }
        }
        #expect(error?.code == .outOfOrder)
      }
      #expect(try vault.read { try $0.heads() } == [heads[1]])
      let seen = SeenHead(device: sample.devices[0], sequence: 6, cid: heads[2].cid)
      try vault.write { t in
        try t.setNode(sample.node(0))
        try t.setHeadSeen(seen, at: sample.nodes[0])
        try t.forgetAcknowledgements(of: sample.nodes[0])
      }
      #expect(try vault.read { try $0.headsSeen(at: sample.nodes[0]) } == [seen])
    }
  }

  @Test func `policy entries keep the order of their coming and are added once`() throws {
    try withDatabase(.simulated) { vault in
      let cids = (0..<4).map { sample.cid(UInt8($0)) }
      try vault.write { t in
        try t.setNode(sample.node(0))
        for cid in cids.reversed() { #expect(try t.addPolicyEntry(cid, bytes: cid.bytes)) }
        #expect(try t.addPolicyEntry(cids[0], bytes: [1]) == false)
      }
      try vault.write { t in
        let all = try t.policyEntries()
        #expect(all.map(\.cid) == cids.reversed())
        for count in [2, 0, 4, 1, 2] {
          try t.setPolicyAcknowledged(by: sample.nodes[0], count: count)
          #expect(try t.policyAcknowledgedCount(by: sample.nodes[0]) == count)
          #expect(try t.policyEntriesLacking(at: sample.nodes[0]) == Array(all[count...]))
        }
        #expect(try t.policyEntry(cids[0]) == cids[0].bytes)
        try t.setPolicyReceipt([9], for: cids[2], by: sample.nodes[0])
        #expect(try t.policyReceipts(for: cids[2]).map(\.node) == [sample.nodes[0]])
        #expect(try t.policyReceipts(for: cids[3]).isEmpty)
      }
    }
  }

  // MARK: Checkpoints, items, status

  @Test(arguments: DiskKind.allCases)
  func `checkpoints of every length come back whole and replace each other`(
    kind: DiskKind
  ) throws {
    try withDatabase(kind) { vault in
      var generator = SeededGenerator(seed: 3)
      #expect(try vault.read { try $0.checkpointVector(sample.scope) } == nil)
      for count in [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20, 17] {
        let sealed = generator.bytes(count)
        try vault.write { try $0.setCheckpoint(sample.scope, vector: [7], sealed: sealed) }
        let found = try vault.read { try $0.checkpoint(sample.scope) }
        #expect(found?.vector == [7])
        #expect(found?.sealed == sealed)
      }
      try vault.write { try $0.sql.run("DELETE FROM checkpoint_pieces") }
      let error = #expect(throws: StoreError.self) {
        try vault.read { try $0.checkpoint(sample.scope) }
      }
      #expect(error?.code == .corrupt)
    }
  }

  @Test func `items of one space do not meet those of another`() throws {
    try withDatabase(.simulated) { vault in
      let tokens = try (0..<3).map {
        try #require(ItemToken(Array(repeating: UInt8($0), count: 16)))
      }
      try vault.write { t in
        try t.setItems(tokens.map { ($0, [1]) }, in: .scannedPaths)
        try t.setItems([(tokens[0], [2])], in: .treeObjects)
        try t.removeItems([tokens[1]], in: .scannedPaths)
        try t.setItems([(tokens[2], [3])], in: .scannedPaths)
      }
      try vault.write { t in
        var seen: [[UInt8]] = []
        try t.forEachItem(in: .scannedPaths) { seen.append([$0.bytes[0]] + $1) }
        #expect(seen == [[0, 1], [2, 3]])
        #expect(try t.item(tokens[0], in: .treeObjects) == [2])
        try t.removeAllItems(in: .scannedPaths)
        #expect(try t.item(tokens[0], in: .scannedPaths) == nil)
        #expect(try t.item(tokens[0], in: .treeObjects) == [2])
      }
    }
  }

  @Test func `problems last until they are cleared and the log keeps the newest events`() throws {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        for time in [100, 200, 300] as [Int64] {
          try t.raiseProblem(
            "node.unreachable", subject: [1], at: Timestamp(milliseconds: time), sealed: [5])
        }
        try t.raiseProblem("disk.full", at: Timestamp(milliseconds: 250))
      }
      try vault.write { t in
        let problems = try t.problems()
        #expect(problems.map(\.kind) == ["node.unreachable", "disk.full"])
        #expect(problems[0].first.milliseconds == 100)
        #expect(problems[0].last.milliseconds == 300)
        #expect(problems[0].count == 3)
        #expect(try t.clearProblem("node.unreachable", subject: [1]))
        #expect(try t.clearProblem("node.unreachable", subject: [1]) == false)
        for number in 0..<10_050 {
          try t.addEvent(
            StoredEvent(
              time: Timestamp(milliseconds: Int64(number)), kind: "sync.finished", sealed: []))
        }
        let events = try t.events(countMax: .max)
        #expect(events.count == 10_000)
        #expect(events.first?.time.milliseconds == 10_049)
      }
    }
  }

  @Test func `counters add up and values under a name can be set and removed`() throws {
    try withDatabase(.simulated) { vault in
      try vault.write { t in
        try t.addToCounter("files", 5)
        try t.addToCounter("files", -2)
        try t.setCounter("bytes", to: 1 << 40)
        try t.setMeta("vault", to: [1, 2])
        try t.setMeta("vault", to: [3])
        try t.setMeta("other", to: [])
      }
      try vault.write { t in
        #expect(try t.counters() == ["files": 3, "bytes": 1 << 40])
        #expect(try t.meta("vault") == [3])
        #expect(try t.meta("other") == [])
        try t.setMeta("vault", to: nil)
        #expect(try t.meta("vault") == nil)
      }
    }
  }

  private func withDatabase(_ kind: DiskKind, _ body: (VaultDatabase) throws -> Void) throws {
    try kind.withFolder { disk, folder in
      let vault = try VaultDatabase(of: folder, on: disk)
      try body(vault)
      #expect(try vault.database.problems().isEmpty)
    }
  }
}
