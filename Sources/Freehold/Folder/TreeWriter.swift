import VaultCRDT
import VaultEncoding
import VaultFolder

// From the tree to an empty place in a folder: what a restore writes.
//
// The idea: folders and links at once; files in the order of the packs that hold them, so that each
// pack is fetched once; attributes of folders last, because writing into a folder changes its time.

/// Writes parts of a tree into a folder.
struct TreeWriter {
  private struct FileToWrite {
    var thing: ShownThing
    var path: FolderPath
    var manifest: Manifest
  }

  private let tree: Tree
  private let writer: FolderWriter
  private let contents: ContentCopier
  private let progress: SyncProgress
  private var files: [FileToWrite] = []
  private var links: [(thing: ShownThing, path: FolderPath)] = []
  private var linked: [[UInt8]: FolderPath] = [:]
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
    plan(ShownThing(object: object, kind: kind, name: name.bytes), at: path)
    guard let parent = path.parent, let folder = tree.parent(of: object) else { return }
    for thing in tree.shown(in: folder) where thing.object == object && thing.copy != nil {
      if let name = FileName(thing.name) { plan(thing, at: parent.appending(name)) }
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
        let place = path.appending(name)
        guard thing.kind == .folder else {
          plan(thing, at: place)
          continue
        }
        makeFolder(at: place)
        pending.append((thing.object, place))
      }
    }
  }

  private mutating func plan(_ thing: ShownThing, at path: FolderPath) {
    guard let head = tree.content(of: thing) else { return }
    guard thing.kind == .file else { return links.append((thing, path)) }
    guard let manifest = try? Manifest(decoding: head.value) else {
      report.problems.append(Problem(.danger, .tampered, "\(path): its manifest makes no sense"))
      return
    }
    files.append(FileToWrite(thing: thing, path: path, manifest: manifest))
    contents.reader.expect(manifest)
  }

  /// Writes what was planned.
  mutating func run() async throws -> RestoreReport {
    let all = files.inPackOrder(by: \.manifest)
    progress.begin(.writing, files: all.count, bytes: all.reduce(0) { $0 + $1.manifest.sizeBytes })
    for (thing, path) in links { writeLink(thing, at: path) }
    for file in all {
      try await write(file)
      progress.advance(files: 1, bytes: file.manifest.sizeBytes)
    }
    for (path, result) in writer.settle() {
      if case .failure(let error) = result { note("\(path): \(error)") }
    }
    return report
  }

  private mutating func write(_ file: FileToWrite) async throws {
    if await contents.reader.isThere(file.manifest, at: file.path, in: writer.root) {
      return keepThere(file)
    }
    let group = linkGroup(of: file)
    if let group, let first = linked[group],
      (try? writer.writeHardLink(to: first, at: file.path, expecting: .absent)) != nil
    {
      report.files += 1
      return
    }
    do {
      let draft = try await contents.draft(
        of: file.manifest, at: file.path, expecting: .absent, with: writer)
      let written = try draft.finish(tree.fileAttributes(of: file.thing))
      for error in written.unapplied { note("\(error)") }
      report.files += 1
      report.bytes += file.manifest.sizeBytes
      if let group { linked[group] = file.path }
    } catch let error as FolderError where error.code == .noSpace {
      throw FreeholdError(.noSpace, "\(error)", hint: "make room, then restore what is missing")
    } catch let error as FolderError {
      note("\(error)")
    } catch let error as FreeholdError {
      report.problems.append(
        Problem(
          .danger, error.code, "\(file.path): \(error.message)", hint: error.hint))
    }
  }

  /// A restore that was interrupted goes on: what it had written already is taken as it is.
  private mutating func keepThere(_ file: FileToWrite) {
    do {
      let written = try writer.setAttributes(
        tree.fileAttributes(of: file.thing), at: file.path, expecting: .anything)
      for error in written.unapplied { note("\(error)") }
      if let group = linkGroup(of: file), linked[group] == nil { linked[group] = file.path }
      report.filesThere += 1
    } catch {
      note("\(error)")
    }
  }

  /// What names of one file have in common.
  private func linkGroup(of file: FileToWrite) -> [UInt8]? {
    guard file.thing.copy == nil else { return nil }
    return tree.attribute(of: file.thing.object, .linkGroup).map {
      $0 + file.manifest.contentTag.bytes
    }
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
