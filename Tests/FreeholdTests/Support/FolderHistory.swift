import FreeholdTestKit
import VaultFolder

@testable import Freehold

/// One run of random changes and syncs, and what became of every content.
struct FolderHistory {
  let world: FolderWorld
  private(set) var trace: [String] = []
  let stepCount: Int
  private var generator: SeededGenerator
  private var contentCount = 0
  /// Every content that was ever written.
  private var written: Set<String> = []
  /// Those that were replaced or deleted by somebody who had them in the folder.
  private var superseded: Set<String> = []

  private static let names = ["a", "b", "c.txt", "d.txt", "e"]

  init(seed: UInt64) async throws {
    generator = SeededGenerator(seed: seed)
    let devices = generator.number(in: 2...3)
    world = try await FolderWorld(devices: devices, seed: seed)
    stepCount = generator.number(in: 20...60)
  }

  /// One change or one sync, of any device.
  mutating func step() async throws {
    let number = generator.number(in: 0...(world.devices.count - 1))
    switch generator.number(in: 0...9) {
    case 0...1: try await sync(number)
    case 2: try await cutOff(number)
    default: try change(number)
    }
  }

  mutating func comeTogether() async throws {
    let rounds = try await world.comeTogether()
    note("together after \(rounds) rounds")
    if rounds > 8 { throw UserFolderError("no end: \(trace.joined(separator: "\n"))") }
  }

  /// What was written and is neither shown nor replaced by somebody who saw it.
  func lost() -> [String] {
    guard let shown = try? contents(world.devices[0].folder, in: "") else { return ["all"] }
    return written.subtracting(superseded).subtracting(shown).sorted()
  }

  static func difference(_ left: FolderDevice, _ right: FolderDevice) throws -> [String] {
    let (one, other) = (try left.folder.snapshot(), try right.folder.snapshot())
    return Set(one.keys).union(other.keys).sorted().compactMap { path in
      guard one[path] != other[path] else { return nil }
      let texts = [one[path], other[path]].map { $0.map { "\($0)" } ?? "nothing" }
      return "\(path): \(texts[0]) | \(texts[1])"
    }
  }

  // MARK: Steps

  private mutating func sync(_ number: Int) async throws {
    note("\(number) sync")
    try await world.sync(number)
  }

  /// A sync whose process ends while it writes the folder.
  private mutating func cutOff(_ number: Int) async throws {
    let steps = generator.number(in: 0...6)
    note("\(number) sync, ends after \(steps) steps")
    let device = world.devices[number]
    await (try device.open).stopFolder(afterSteps: steps)
    do {
      try await world.sync(number)
    } catch let error as FolderError where error.code == .interrupted {
      try await device.restart()
    }
    await (try device.open).stopFolder(afterSteps: nil)
  }

  private mutating func change(_ number: Int) throws {
    let folder = world.devices[number].folder
    let things = try folder.snapshot()
    let folders = [""] + things.filter { $0.value.kind == .folder }.keys.sorted()
    let files = things.filter { $0.value.kind == .file }.keys.sorted()
    let place = pick(folders)
    let path = place.isEmpty ? pick(Self.names) : place + "/" + pick(Self.names)
    switch generator.number(in: 0...11) {
    case 0...2: try write(path, number, isNew: things[path] == nil, things)
    case 3...4:
      guard !files.isEmpty else { return }
      try write(pick(files), number, isNew: false, things)
    case 5: try makeFolder(path, number, things)
    case 6...7:
      guard let old = pick(things.keys.sorted(), orNil: ()) else { return }
      try move(old, to: path, number, things)
    case 8: try swap(number, things)
    case 9:
      guard let old = pick(things.keys.sorted(), orNil: ()) else { return }
      try remove(old, number)
    case 10:
      guard !files.isEmpty else { return }
      let file = pick(files)
      note("\(number) chmod \(file)")
      try folder.setMode(file, things[file]?.mode == 0o600 ? 0o644 : 0o600)
    default:
      guard !files.isEmpty, things[path] == nil else { return }
      let file = pick(files)
      note("\(number) link \(file) → \(path)")
      try folder.hardLink(file, path)
    }
  }

  private mutating func write(
    _ path: String, _ number: Int, isNew: Bool, _ things: [String: UserFolder.Entry]
  ) throws {
    let folder = world.devices[number].folder
    if let there = things[path], there.kind != .file { return try replaceKind(path, number) }
    contentCount += 1
    var content = "content \(contentCount)"
    // Some so long that they go into packs.
    if generator.happens(onceIn: 3) { content += String(repeating: " and more", count: 100) }
    let old = things[path]
    written.insert(content)
    if let old { superseded.insert(old.content) }
    if generator.happens(onceIn: 2) {
      note("\(number) write \(path) = \(contentCount)")
      try folder.write(path, content)
    } else {
      note("\(number) save \(path) = \(contentCount)")
      if isNew { try folder.write(path, content) } else { try folder.save(path, content) }
    }
  }

  /// A folder becomes a file.
  private mutating func replaceKind(_ path: String, _ number: Int) throws {
    try remove(path, number)
    contentCount += 1
    note("\(number) write \(path) = \(contentCount) in place of the folder")
    written.insert("content \(contentCount)")
    try world.devices[number].folder.write(path, "content \(contentCount)")
  }

  private mutating func makeFolder(
    _ path: String, _ number: Int, _ things: [String: UserFolder.Entry]
  ) throws {
    if things[path]?.kind == .folder { return }
    if things[path] != nil { try remove(path, number) }
    note("\(number) mkdir \(path)")
    try world.devices[number].folder.makeFolder(path)
  }

  private mutating func move(
    _ old: String, to new: String, _ number: Int, _ things: [String: UserFolder.Entry]
  ) throws {
    guard old != new, !new.hasPrefix(old + "/"), things[new] == nil || things[new]?.kind == .file,
      things[new] == nil || things[old]?.kind == .file
    else { return }
    note("\(number) move \(old) → \(new)")
    // Renaming one name of a file onto another does nothing.
    let folder = world.devices[number].folder
    if things[new] != nil, try folder.inode(old) == folder.inode(new) { return }
    if let there = things[new] { superseded.insert(there.content) }
    try folder.move(old, new)
  }

  private mutating func swap(_ number: Int, _ things: [String: UserFolder.Entry]) throws {
    guard let one = pick(things.keys.sorted(), orNil: ()),
      let other = pick(things.keys.sorted(), orNil: ()), one != other,
      !one.hasPrefix(other + "/"), !other.hasPrefix(one + "/")
    else { return }
    note("\(number) swap \(one), \(other)")
    let folder = world.devices[number].folder
    try folder.move(one, "swapping")
    try folder.move(other, one)
    try folder.move("swapping", other)
  }

  private mutating func remove(_ path: String, _ number: Int) throws {
    let folder = world.devices[number].folder
    note("\(number) remove \(path)")
    superseded.formUnion(try contents(folder, in: path))
    try folder.remove(path)
  }

  // MARK: Looking

  private func contents(_ folder: UserFolder, in path: String) throws -> Set<String> {
    Set(
      try folder.snapshot().filter {
        path.isEmpty || $0.key == path || $0.key.hasPrefix(path + "/")
      }.filter { $0.value.kind == .file }.map(\.value.content))
  }

  private mutating func pick(_ items: [String]) -> String {
    items[generator.number(in: 0...(items.count - 1))]
  }

  private mutating func pick(_ items: [String], orNil: Void) -> String? {
    items.isEmpty ? nil : pick(items)
  }

  private mutating func note(_ line: String) { trace.append(line) }
}
