import VaultCRDT
import VaultEncoding
import VaultFolder

// From the tree to an empty place in a folder: what a restore writes.
//
// The idea: folders and links at once; files in the order of the packs that hold them, so that each
// pack is fetched once, a few packs side by side; names of one file after the file itself;
// attributes of folders last, because writing into a folder changes its time.

/// Writes parts of a tree into a folder.
struct TreeWriter {
  private let tree: Tree
  private let writer: FolderWriter
  private let contents: ContentCopier
  private let progress: SyncProgress
  private var files: [RestoredFile] = []
  private var links: [(thing: ShownThing, path: FolderPath)] = []
  private var report = RestoreReport()

  init(
    tree: Tree, writer: FolderWriter, contents: ContentCopier, progress: SyncProgress
  ) {
    self.tree = tree
    self.writer = writer
    self.contents = contents
    self.progress = progress
  }

  /// What went wrong with nodes on the way.
  var trouble: PackFetcher.Trouble { contents.reader.trouble }

  /// Plans an object and all that is in it, copies of a file with several contents included.
  mutating func plan(_ object: ObjectID, at path: FolderPath) throws {
    guard let kind = tree.kind(of: object), let name = path.name else { return }
    guard kind != .folder else {
      makeFolder(at: path)
      return try plan(folder: object, at: path)
    }
    guard let parent = path.parent else { return }
    plan(ShownThing(object: object, kind: kind, name: name.bytes), in: parent, named: name)
    guard let folder = tree.parent(of: object) else { return }
    for thing in tree.shown(in: folder) where thing.object == object && thing.copy != nil {
      if let name = FileName(thing.name) { plan(thing, in: parent, named: name) }
    }
  }

  /// Plans what is in a folder that is there.
  mutating func plan(folder: ObjectID, at path: FolderPath) throws {
    var pending = [(folder, path)]
    while let (folder, path) = pending.popLast() {
      if folder == .root { writer.removeStaleDrafts(in: path) }
      if folder != .root {
        writer.setWhenSettled(tree.fileAttributes(of: folder), ofFolderAt: path)
      }
      for thing in tree.shown(in: folder) {
        guard let name = FileName(thing.name) else { continue }
        guard thing.kind == .folder else {
          plan(thing, in: path, named: name)
          continue
        }
        let place = path.appending(name)
        makeFolder(at: place)
        pending.append((thing.object, place))
      }
    }
  }

  private mutating func plan(_ thing: ShownThing, in folder: FolderPath, named name: FileName) {
    guard let head = tree.content(of: thing) else { return }
    guard thing.kind == .file else { return links.append((thing, folder.appending(name))) }
    guard let manifest = try? Manifest(decoding: head.value) else {
      let path = folder.appending(name)
      report.problems.append(Problem(.danger, .tampered, "\(path): its manifest makes no sense"))
      return
    }
    files.append(
      RestoredFile(thing: thing, folder: folder, name: name, sizeBytes: manifest.sizeBytes))
    contents.reader.expect(manifest)
  }

  /// Writes what was planned.
  mutating func run() async throws -> RestoreReport {
    progress.begin(
      .writing, files: files.count, bytes: files.reduce(0) { $0 + $1.sizeBytes })
    for (thing, path) in links { writeLink(thing, at: path) }
    var groups: Set<[UInt8]> = []
    let further = files.filter { file in
      linkGroup(of: file).map { !groups.insert($0).inserted } ?? false
    }
    if !further.isEmpty {
      let others = Set(further.map(\.path))
      files.removeAll { others.contains($0.path) }
    }
    files = files.inPackOrder { tree.manifest(of: $0) }
    try await writeSideBySide(files)
    try await writeFurtherNames(further.inPackOrder { tree.manifest(of: $0) }, of: files)
    for (path, result) in writer.settle() {
      if case .failure(let error) = result { note("\(path): \(error)") }
    }
    return report
  }

  private var lane: RestoreLane {
    RestoreLane(tree: tree, writer: writer, source: contents.reader.source, progress: progress)
  }

  private mutating func writeSideBySide(_ files: [RestoredFile]) async throws {
    let queue = RestoreQueue(files, of: tree)
    let lane = self.lane
    let reports = try await withThrowingTaskGroup(of: RestoreReport.self) { group in
      for _ in 0..<RestoreLane.count { group.addTask { try await lane.write(queue) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for part in reports {
      report.files += part.files
      report.filesThere += part.filesThere
      report.bytes += part.bytes
      report.problems += part.problems
    }
  }

  /// Names of files that were written under another name: hard links where that works.
  private mutating func writeFurtherNames(
    _ files: [RestoredFile], of written: [RestoredFile]
  ) async throws {
    guard !files.isEmpty else { return }
    var linked: [[UInt8]: FolderPath] = [:]
    for file in written {
      if let group = linkGroup(of: file) { linked[group] = file.path }
    }
    var folder = LastFolder()
    for file in files {
      try Task.checkCancellation()
      if let first = linkGroup(of: file).flatMap({ linked[$0] }),
        (try? writer.writeHardLink(to: first, at: file.path, expecting: .absent)) != nil
      {
        report.files += 1
      } else {
        try await lane.write(file, from: contents, in: &folder, report: &report)
      }
      progress.advance(files: 1, bytes: file.sizeBytes)
    }
  }

  /// What names of one file have in common.
  private func linkGroup(of file: RestoredFile) -> [UInt8]? {
    guard file.thing.copy == nil,
      let group = tree.attribute(of: file.thing.object, .linkGroup),
      let manifest = tree.manifest(of: file)
    else { return nil }
    return group + manifest.contentTag.bytes
  }

  private mutating func makeFolder(at path: FolderPath) {
    do {
      let isThere = try writer.root.stat(at: path) != nil
      _ = try writer.makeFolder(at: path, expecting: isThere ? .anything : .absent)
      if isThere { writer.removeStaleDrafts(in: path) }
    } catch {
      note("\(error)")
    }
  }

  private mutating func writeLink(_ thing: ShownThing, at path: FolderPath) {
    let target = tree.content(of: thing)?.value ?? []
    let attributes = tree.fileAttributes(of: thing)
    do {
      if try writer.root.stat(at: path)?.kind == .symlink,
        try writer.root.linkTarget(at: path) == target
      {
        _ = try writer.setAttributes(attributes, at: path, expecting: .anything)
        return
      }
      _ = try writer.writeLink(
        to: target, at: path, modified: attributes.modified, expecting: .absent)
    } catch {
      note("\(error)")
    }
  }

  private mutating func note(_ message: String) {
    report.problems.append(Problem(.warning, .partial, message))
  }
}
