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
    var object: ObjectID
    var path: FolderPath
    var manifest: Manifest
  }

  private let tree: Tree
  private let writer: FolderWriter
  private let reader: ContentReader
  private let label: (Bytes32) -> String
  private let progress: SyncProgress
  private var files: [FileToWrite] = []
  private var links: [(object: ObjectID, path: FolderPath)] = []
  private var linked: [[UInt8]: FolderPath] = [:]
  private var report = RestoreReport()

  init(
    tree: Tree, writer: FolderWriter, reader: ContentReader, label: @escaping (Bytes32) -> String,
    progress: SyncProgress
  ) {
    self.tree = tree
    self.writer = writer
    self.reader = reader
    self.label = label
    self.progress = progress
  }

  /// What went wrong with nodes on the way.
  var trouble: PackFetcher.Trouble { reader.trouble }

  /// Plans an object and all that is in it.
  mutating func plan(_ object: ObjectID, at path: FolderPath) throws {
    switch tree.kind(of: object) {
    case .folder:
      makeFolder(at: path)
      try plan(folder: object, at: path)
    case .symlink: links.append((object, path))
    case .file: planFile(object, at: path)
    case nil: break
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
      for child in tree.children(of: folder) {
        guard let name = FileName(child.name) else { continue }
        let place = path.appending(name)
        guard child.kind == .folder else {
          try plan(child.object, at: place)
          continue
        }
        makeFolder(at: place)
        pending.append((child.object, place))
      }
    }
  }

  /// Every current content is written; the second and later ones under a conflict name.
  private mutating func planFile(_ object: ObjectID, at path: FolderPath) {
    for (number, head) in tree.contents(of: object).enumerated() {
      guard let manifest = try? Manifest(decoding: head.value) else {
        report.problems.append(
          Problem(.danger, .tampered, "\(path): its manifest makes no sense"))
        continue
      }
      var place = path
      if number > 0, let name = path.name, let parent = path.parent,
        let marked = FileName(ConflictName.mark(name.bytes, head, label: label(head.replica)))
      {
        place = parent.appending(marked)
      }
      files.append(FileToWrite(object: object, path: place, manifest: manifest))
      reader.expect(manifest)
    }
  }

  /// Writes what was planned.
  mutating func run() async throws -> RestoreReport {
    let all = files.inPackOrder(by: \.manifest)
    progress.begin(.writing, files: all.count, bytes: all.reduce(0) { $0 + $1.manifest.sizeBytes })
    for (object, path) in links { writeLink(object, at: path) }
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
    if await reader.isThere(file.manifest, at: file.path, in: writer.root) {
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
      let draft = try writer.draft(at: file.path, expecting: .absent)
      do {
        try await reader.read(file.manifest) { bytes, length in
          if let bytes { try draft.write(bytes) } else { try draft.writeHole(bytes: Int64(length)) }
        }
      } catch {
        draft.discard()
        throw error
      }
      let written = try draft.finish(tree.fileAttributes(of: file.object))
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
        tree.fileAttributes(of: file.object), at: file.path, expecting: .anything)
      for error in written.unapplied { note("\(error)") }
      if let group = linkGroup(of: file), linked[group] == nil { linked[group] = file.path }
      report.filesThere += 1
    } catch {
      note("\(error)")
    }
  }

  /// What names of one file have in common.
  private func linkGroup(of file: FileToWrite) -> [UInt8]? {
    tree.attribute(of: file.object, .linkGroup).map { $0 + file.manifest.contentTag.bytes }
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

  private mutating func writeLink(_ object: ObjectID, at path: FolderPath) {
    let target = tree.contents(of: object).first?.value ?? []
    let attributes = tree.fileAttributes(of: object)
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

extension Array {
  /// Sorted so that what lies in one pack comes together, packs in the order of first appearance.
  func inPackOrder(by manifest: (Element) -> Manifest) -> [Element] {
    var order: [Bytes32: Int] = [:]
    let keyed = enumerated().map { number, element -> (Int, Int, Int, Element) in
      guard case .data(let chunk)? = manifest(element).firstExtent else {
        return (-1, 0, number, element)
      }
      let pack = chunk.location.pack
      let place = order[pack] ?? order.count
      order[pack] = place
      return (place, chunk.location.offset, number, element)
    }
    return keyed.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.map(\.3)
  }
}

extension Manifest {
  /// The first extent that lies in a pack, or nil for inline content.
  fileprivate var firstExtent: Extent? {
    switch body {
    case .inline: nil
    case .extents(let extents), .indirect(let extents, _): extents.first { $0.pack != nil }
    }
  }
}
