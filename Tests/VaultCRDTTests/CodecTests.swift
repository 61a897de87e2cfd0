import Testing
import VaultEncoding

@testable import VaultCRDT

struct CodecTests {
  @Test(arguments: UInt64(0)..<40)
  func `every batch comes back from its bytes`(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, replicas: 3, steps: 40)
    #expect(!history.batches.isEmpty)
    for batch in history.batches {
      let bytes = batch.encode()
      #expect(bytes[0] == BatchForm.rows.rawValue)
      #expect(try Batch(decoding: bytes) == batch)
    }
  }

  @Test(arguments: [1, 1_023, 1_024, 3_000])
  func `short batches are rows, long ones columns`(count: Int) throws {
    var one = Replica(1)
    let batch = try one.commit { draft in
      var folder = ObjectID.root
      for index in 0..<count {
        switch index % 8 {
        case 0: folder = try draft.create(.folder, in: .root, named: "d\(index)".bytes)
        case 1: _ = try draft.create(.file, in: folder, named: "f\(index)".bytes)
        case 2: try draft.setAttribute(.mode, of: folder, to: [UInt8(index % 251)])
        case 3: try draft.setAttribute(.mode, of: folder, to: nil)
        case 4: try draft.rename(folder, to: "e\(index)".bytes)
        case 5: try draft.setSetting("k\(index)".bytes, to: [1, 2])
        case 6: try draft.setSetting("k\(index - 1)".bytes, to: nil)
        default: try draft.trash(folder)
        }
      }
    }
    let bytes = batch.encode()
    let isShort = count < BatchForm.columnsFrom
    #expect(bytes[0] == (isShort ? BatchForm.rows : .columns).rawValue)
    #expect(try Batch(decoding: bytes) == batch)
    var two = Tree()
    two.merge([try Batch(decoding: bytes)])
    #expect(two.encodeCheckpoint() == one.tree.encodeCheckpoint())
  }

  @Test func `ten thousand new files take few bytes beside names and values`() throws {
    var one = Replica(1)
    var payload = 0
    let batch = try one.commit { draft in
      for index in 0..<10_000 {
        let name = "photo \(index).jpg".bytes
        let file = try draft.create(.file, in: .root, named: name)
        try draft.setContent(file, to: [UInt8](repeating: 7, count: 40))
        try draft.setAttribute(.mode, of: file, to: [1, 0xa4])
        payload += name.count + 42
      }
    }
    let overhead = batch.encode().count - payload
    #expect(overhead <= 10_000 * 12)
  }

  @Test func `a batch with one small change takes few bytes`() throws {
    var one = Replica(1)
    let (file, _) = try one.create(.file, "a")
    let batch = try one.commit { try $0.setContent(file, to: [1]) }
    #expect(batch.encode().count <= 56)
  }

  /// Fixed bytes: a change to them is a change of the format.
  @Test func `the bytes of a batch are as the specification's example says`() throws {
    var tree = Tree()
    let replica = try #require(Bytes32([UInt8](repeating: 0x11, count: 32)))
    let batch = try #require(
      try tree.commit(by: replica, at: 1_000) { draft in
        let folder = try draft.create(.folder, in: .root, named: "d".bytes)
        let file = try draft.create(.file, in: folder, named: "f".bytes)
        try draft.setContent(file, to: [0xaa])
        try draft.setAttribute(.mode, of: file, to: [0x01, 0xa4])
      })
    let hex = batch.encode().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    let header = "0101" + String(repeating: "11", count: 32) + "010001e8070000"
    let operations = ["00000164", "0102000166", "130101aa", "1401010201a4"]
    #expect(hex == header + "04" + operations.joined())
  }

  @Test func `identifiers have bytes that sort as they do`() throws {
    let ids = [
      ObjectID.root, .trash, ObjectID(replica: key(1), counter: 5),
      ObjectID(replica: key(1), counter: 300), ObjectID(replica: key(2), counter: 0),
    ].sorted()
    let bytes = ids.map(\.bytes)
    #expect(bytes == bytes.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(bytes.map { ObjectID($0) } == ids)
    #expect(ObjectID([1, 2]) == nil)
  }

  @Test func `run columns come back, and three alike are a run`() throws {
    var generator = Seeded(4)
    for _ in 0..<200 {
      var numbers: [Int64] = []
      for _ in 0..<generator.below(12) {
        let value = Int64(bitPattern: generator.next() >> UInt64(generator.below(64)))
        numbers += Array(repeating: value, count: 1 + generator.below(5))
      }
      var writer = RunColumnWriter()
      for number in numbers { writer.append(number) }
      var reader = RunColumnReader(ByteReader(writer.finish()))
      for number in numbers { #expect(try reader.next() == number) }
      try reader.requireEnd()
      #expect(throws: ByteReaderError.self) { try reader.next() }
    }
    var writer = RunColumnWriter()
    for _ in 0..<1_000_000 { writer.append(5) }
    #expect(writer.finish().count == 4)
  }
}
