import Glibc
import VaultCRDT
import VaultEncoding

/// Figures for docs/spec/crdt.md, "Measured": CPU time, the least of several runs.
@main
enum CRDTBench {
  static func main() throws {
    let words = CommandLine.arguments
    if words.count == 5, words[1] == "peer", let objects = Int(words[2]), let moves = Int(words[3]),
      let rounds = Int(words[4])
    {
      return try peer(objects: objects, moves: moves, rounds: rounds)
    }
    if CommandLine.arguments.count == 3 {
      return try open(CommandLine.arguments[2], files: CommandLine.arguments[1])
    }
    // One part alone, by its letter, so that the peak of memory is its own.
    let parts = CommandLine.arguments.dropFirst().first ?? "mMbfhsl"
    if parts.contains("m") { try moves(objects: 10_000, moves: 10_000) }
    if parts.contains("M") { try moves(objects: 100_000, moves: 100_000) }
    if parts.contains("b") { try behind(objects: 1_000, moves: 1_000_000) }
    if parts.contains("f") { try files(10_000) }
    if parts.contains("h") { try fullHistory(operations: 1_000_000) }
    if parts.contains("s") { try checkpoint(files: 100_000) }
    if parts.contains("l") { try checkpoint(files: 1_000_000) }
  }

  // MARK: - Moves

  /// Two replicas move the same objects at the same time, each 1,024 moves a batch at most.
  static func moves(objects: Int, moves: Int) throws {
    var base = Tree()
    var generator = SplitMix(seed: 1)
    var folders: [ObjectID] = []
    _ = try base.commit(by: key(1), at: 1) { draft in
      for index in 0..<objects {
        let isTop = index == 0 || generator.below(8) == 0
        let parent = isTop ? ObjectID.root : folders[generator.below(index)]
        folders.append(try draft.create(.folder, in: parent, named: Array("d\(index)".utf8)))
      }
    }
    var local = Double.infinity
    var merge = Double.infinity
    var bytes = 0
    for _ in 0..<15 {
      var left = base
      var right = base
      let (leftPlan, rightPlan) = (plan(base, folders, moves, 2), plan(base, folders, moves, 3))
      // The copies get columns of their own before the clock runs.
      _ = try left.commit(by: key(2), at: 2) { try $0.setSetting([1], to: [1]) }
      let first = try right.commit(by: key(3), at: 2) { try $0.setSetting([1], to: [1]) }
      left.merge(first.map { [$0] } ?? [])
      local = min(local, try time { _ = try apply(leftPlan, to: &left, by: key(2)) })
      let batch = try apply(rightPlan, to: &right, by: key(3))
      let encoded = batch.map { $0.encode() }
      bytes = encoded.reduce(0) { $0 + $1.count }
      merge = min(
        merge,
        try time {
          let decoded = try encoded.map { try Batch(decoding: $0) }
          let outcome = left.merge(decoded)
          precondition(outcome.waiting.isEmpty && outcome.refused.isEmpty)
        })
    }
    print("\(moves) moves of \(objects) folders: local \(local) ms,", terminator: " ")
    print("merge with decoding \(merge) ms, \(bytes) bytes")
  }

  /// Moves that do something on the tree as it is.
  static func plan(
    _ base: Tree, _ folders: [ObjectID], _ count: Int, _ seed: UInt64
  ) -> [(ObjectID, ObjectID)] {
    var generator = SplitMix(seed: seed)
    var places: [ObjectID: Int] = [:]
    for (index, folder) in folders.enumerated() { places[folder] = index }
    var parents = folders.map { base.parent(of: $0).flatMap { places[$0] } ?? -1 }
    var plan: [(ObjectID, ObjectID)] = []
    while plan.count < count {
      let object = generator.below(folders.count)
      let target = generator.below(folders.count)
      var step = target
      while step != -1, step != object { step = parents[step] }
      if step == object || parents[object] == target { continue }
      parents[object] = target
      plan.append((folders[object], folders[target]))
    }
    return plan
  }

  static func apply(
    _ plan: [(ObjectID, ObjectID)], to tree: inout Tree, by replica: Bytes32
  ) throws -> [Batch] {
    let batch = try tree.commit(by: replica, at: 2) { draft in
      for (object, target) in plan { try draft.move(object, to: target) }
    }
    return batch.map { [$0] } ?? []
  }

  // MARK: - Files

  /// A folder of files with content, mode and modification time.
  static func makeFiles(
    _ count: Int, in tree: inout Tree, by replica: Bytes32, perBatch: Int = 10_000
  ) throws -> [Batch] {
    var generator = SplitMix(seed: 9)
    var batches: [Batch] = []
    var made = 0
    while made < count {
      let size = min(perBatch, count - made)
      let batch = try tree.commit(by: replica, at: Int64(made)) { draft in
        var folder = ObjectID.root
        for index in made..<made + size {
          if index % 100 == 0 {
            folder = try draft.create(.folder, in: .root, named: Array("folder \(index)".utf8))
          }
          let name = Array("file number \(index).jpg".utf8)
          let file = try draft.create(.file, in: folder, named: name)
          let content = (0..<40).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
          try draft.setContent(file, to: content)
          try draft.setAttribute(.mode, of: file, to: [1, 0xa4])
          let time = withUnsafeBytes(of: UInt64(1_700_000_000 + index).bigEndian, Array.init)
          try draft.setAttribute(.modificationTime, of: file, to: time + [0, 0, 0, 0])
        }
      }
      if let batch { batches.append(batch) }
      made += size
    }
    return batches
  }

  static func files(_ count: Int) throws {
    var batches: [Batch] = []
    let made = try time {
      var tree = Tree()
      batches = try makeFiles(count, in: &tree, by: key(1))
    }
    let bytes = batches.map { $0.encode().count }.reduce(0, +)
    print("\(count) files made in \(made) ms, \(bytes) bytes (52 of each are content and time)")
  }

  static func fullHistory(operations: Int) throws {
    var encoded: [[UInt8]] = []
    var source = Tree()
    for part in 0..<4 {
      var tree = Tree()
      let files = operations / 16
      encoded += try makeFiles(files, in: &tree, by: key(UInt8(10 + part)), perBatch: 1_000)
        .map { $0.encode() }
    }
    encoded.reverse()
    var count = 0
    let load = try time {
      source = Tree()
      let batches = try encoded.map { try Batch(decoding: $0) }
      count = batches.reduce(0) { $0 + $1.count }
      let outcome = source.merge(batches)
      precondition(outcome.waiting.isEmpty && outcome.refused.isEmpty)
    }
    print("\(count) operations in \(encoded.count) batches of 4 replicas: \(load) ms")
  }

  static func checkpoint(files: Int) throws {
    var tree = Tree()
    let make = try time { _ = try makeFiles(files, in: &tree, by: key(1)) }
    print("\(files) files: made in \(make) ms, memory peak \(peakMegabytes()) MB;", terminator: " ")
    let list = try time { tree.forEachFolder { _, _ in } }
    print("walk \(list) ms;", terminator: " ")
    var bytes: [UInt8] = []
    let save = try time { bytes = tree.encodeCheckpoint() }
    tree = Tree()
    var load = Double.infinity
    for _ in 0..<3 {
      tree = Tree()
      load = min(load, try time { tree = try Tree(checkpoint: bytes) })
    }
    print("save \(save) ms, load \(load) ms, \(bytes.count) bytes,", terminator: " ")
    print("memory peak \(peakMegabytes()) MB")
    precondition(tree.encodeCheckpoint() == bytes)
  }

  /// The peak of memory of a process that does nothing but open a checkpoint and save it again:
  /// the first call with a path makes the file, the next ones open it.
  static func open(_ path: String, files: String) throws {
    var tree = Tree()
    guard let file = fopen(path, "rb") else {
      _ = try makeFiles(Int(files) ?? 1_000, in: &tree, by: key(1))
      guard let file = fopen(path, "wb") else { return }
      let bytes = tree.encodeCheckpoint()
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
      return
    }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    fread(&bytes, 1, bytes.count, file)
    fclose(file)
    let load = try time { tree = try Tree(checkpoint: bytes) }
    print(
      "\(tree.objectCount) objects: load \(load) ms, peak \(peakMegabytes()) MB,", terminator: " ")
    bytes = []
    let save = try time { bytes = tree.encodeCheckpoint() }
    print("save \(save) ms, peak \(peakMegabytes()) MB")
  }

  // MARK: - Tools

  static func key(_ number: UInt8) -> Bytes32 {
    Bytes32(words: (UInt64(number) << 56, 1, 2, 3))
  }

  static func time(_ body: () throws -> Void) throws -> Double {
    let start = milliseconds()
    try body()
    return (100 * (milliseconds() - start)).rounded() / 100
  }

  static func milliseconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) * 1e3 + Double(now.tv_nsec) * 1e-6
  }

  static func peakMegabytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1_024
  }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
