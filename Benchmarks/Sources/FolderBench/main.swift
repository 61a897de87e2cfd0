import Glibc
import VaultFolder

// How fast the folder is walked and its index is read.
//
//   FolderBench FOLDER [OBJECTS]     scan FOLDER, then an index of OBJECTS made-up rows
//   FolderBench --copy FROM TO       copy a folder with scan, reader and writer

let arguments = Array(CommandLine.arguments.dropFirst())

/// Milliseconds of this process on a processor, and by the clock on the wall.
///
/// On a machine that does other work as well only the first says something.
struct Time {
  var cpu: Double
  var wall: Double

  static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
  }

  static var now: Time { Time(cpu: read(CLOCK_PROCESS_CPUTIME_ID), wall: read(CLOCK_MONOTONIC)) }

  static func measure(_ body: () throws -> Void) rethrows -> Time {
    let start = now
    try body()
    let end = now
    return Time(cpu: end.cpu - start.cpu, wall: end.wall - start.wall)
  }
}

func report(_ what: String, _ count: Int, best time: Time) {
  let rate = Int(Double(count) / time.cpu)
  print("\(what): \(count) in \(Int(time.cpu)) ms CPU (\(Int(time.wall)) ms wall), \(rate) k/s")
}

/// The shortest of some runs.
func best(of runs: Int, _ body: () throws -> Void) rethrows -> Time {
  var shortest = Time(cpu: .infinity, wall: .infinity)
  for _ in 0..<runs {
    let time = try Time.measure(body)
    shortest.cpu = min(shortest.cpu, time.cpu)
    shortest.wall = min(shortest.wall, time.wall)
  }
  return shortest
}

func benchScan(_ folder: String) throws -> FolderIndex {
  let root = try FolderRoot(systemPath: folder)
  var count = 0
  let scanTime = best(of: 5) {
    count = 0
    let scan = FolderScan(root)
    while let listing = scan.next() { count += listing.count }
  }
  report("scan", count, best: scanTime)

  var index = FolderIndex(rootKey: FolderKey(0))
  let recordTime = try Time.measure { try recordAll(root, &index) }
  report("first scan, diff and record", index.count, best: recordTime)
  var changes = 0
  let diffTime = best(of: 5) {
    var diff = FolderDiff(with: index)
    let scan = FolderScan(root)
    while let listing = scan.next() { diff.add(listing) }
    changes = diff.finish().changes.count
  }
  report("scan and diff, \(changes) changes", count, best: diffTime)
  return index
}

func recordAll(_ root: FolderRoot, _ index: inout FolderIndex) throws {
  var diff = FolderDiff(with: index)
  let scan = FolderScan(root)
  while let listing = scan.next() { diff.add(listing) }
  index.adoptRoot(root.stat)
  for change in diff.finish().changes {
    guard case .created(let number) = change.object, let name = change.path.name else { continue }
    let parent =
      switch change.parent {
      case .known(let key): key
      case .created(let number): FolderKey(UInt128(number + 1))
      }
    let object = IndexedObject(
      key: FolderKey(UInt128(number + 1)), parent: parent, name: name, stat: change.stat)
    try index.record(object)
  }
}

func benchIndex(_ count: Int) throws {
  var index = FolderIndex(rootKey: FolderKey(0))
  var generator = SystemRandomNumberGenerator()
  var keys: [Int: FolderKey] = [:]
  let tag = [UInt8](repeating: 7, count: 32)
  let recordTime = try Time.measure {
    for number in 1...count {
      let isFolder = number % 100 == 1
      let parent = isFolder ? 0 : number - (number - 1) % 100
      let name = FileName("file-\(number).jpg")
      let stat = FileStat(
        device: 1, inode: UInt64(number * 3), sizeBytes: Int64(generator.next() % 10_000_000),
        mode: isFolder ? 0o040755 : 0o100644,
        modified: FileTime(seconds: 1_700_000_000 + Int64(number), nanoseconds: 123_456_789),
        changed: FileTime(seconds: 1_700_000_001 + Int64(number), nanoseconds: 23_456_789))
      let key = FolderKey(high: generator.next(), low: UInt64(number))
      guard let name else { continue }
      let parentKey = parent == 0 ? FolderKey(0) : keys[parent] ?? FolderKey(0)
      keys[number] = isFolder ? key : nil
      try index.record(
        IndexedObject(
          key: key, parent: parentKey, name: name, stat: stat, contentTag: isFolder ? [] : tag))
    }
  }
  report("record", count, best: recordTime)
  var bytes: [UInt8] = []
  report("encode", count, best: best(of: 5) { bytes = index.encoded() })
  print("bytes: \(bytes.count), \(bytes.count / count) each")
  report(
    "decode", count,
    best: try best(of: 5) {
      let decoded = try FolderIndex(decoding: bytes)
      precondition(decoded.count == count)
    })
}

func copy(_ from: String, _ to: String) throws {
  let source = try FolderRoot(systemPath: from)
  var generator = SystemRandomNumberGenerator()
  let options = FolderWriter.Options(
    permissionMask: FolderWriter.Options.allPermissions, syncsEachFile: false)
  let writer = FolderWriter(try FolderRoot(systemPath: to), options: options, using: &generator)
  let scan = FolderScan(source, options: FolderScan.Options(ignoreFileName: nil))
  var firstNames: [UInt64: FolderPath] = [:]
  var count = 0
  while let listing = scan.next() {
    for entry in listing where entry.kind.isKept {
      count += 1
      let path = listing.path.appending(entry.name)
      let stat = entry.stat
      let attributes = FileAttributes(
        permissions: stat.permissions, modified: stat.modified,
        extended: try source.extendedAttributes(at: path).kept)
      if entry.kind != .folder, stat.linkCount > 1 {
        if let first = firstNames[stat.inode] {
          try writer.writeHardLink(to: first, at: path, expecting: .absent)
          continue
        }
        firstNames[stat.inode] = path
      }
      switch entry.kind {
      case .folder:
        try writer.makeFolder(at: path, attributes: attributes)
      case .symlink:
        let target = try source.linkTarget(at: path)
        try writer.writeLink(to: target, at: path, modified: stat.modified, expecting: .absent)
      default:
        let reader = try FileReader(source, at: path)
        let draft = try writer.draft(at: path, expecting: .absent)
        try reader.forEachPiece { piece in
          switch piece {
          case .data(let bytes): try draft.write(bytes)
          case .hole(let bytes): try draft.writeHole(bytes: bytes)
          }
        }
        _ = try draft.finish(attributes)
      }
    }
  }
  _ = writer.settle()
  print("copied \(count)")
}

if arguments.first == "--copy", arguments.count == 3 {
  let time = try Time.measure { try copy(arguments[1], arguments[2]) }
  print("in \(Int(time.wall)) ms")
} else if let folder = arguments.first {
  _ = try benchScan(folder)
  let count = arguments.count > 1 ? Int(arguments[1]) ?? 100_000 : 100_000
  try benchIndex(count)
} else {
  print("usage: FolderBench FOLDER [OBJECTS] | FolderBench --copy FROM TO")
}
