import VaultCRDT
import VaultEncoding
import VaultFolder

extension FolderApplier {
  /// Where a file or link goes, and what it may replace there.
  struct Target {
    var path: FolderPath
    var expectation: ExpectedState
    /// What lies there now: the file itself, or something that is gone from the tree.
    var replaced: IndexedObject?
  }

  /// Drafts that are finished together.
  private static let draftsMax = 64
  private static let draftBytesMax = 64 << 20

  /// Files in the making, until they are finished together.
  private struct Drafts {
    var items: [(write: FolderPlan.Write, target: Target, draft: FileDraft)] = []
    var bytes = 0
  }

  /// The place of something to be written; nil when it cannot be written now.
  private func target(of write: FolderPlan.Write) throws -> Target? {
    if let row = mirror.index.object(write.key) {
      guard let path = mirror.index.path(of: write.key) else { return nil }
      return Target(path: path, expectation: .unchanged(row.stat), replaced: row)
    }
    guard let folder = mirror.index.path(of: write.parent) else {
      isUnfinished = true
      return nil
    }
    let path = folder.appending(write.name)
    guard let there = mirror.index.object(in: write.parent, named: write.name) else {
      return Target(path: path, expectation: .absent)
    }
    guard plan.doomed.contains(there.key) else {
      isUnfinished = true
      return nil
    }
    if there.stat.kind == .folder {
      try removeTree(there.key)
      guard mirror.index.object(there.key) == nil else {
        isUnfinished = true
        return nil
      }
      return Target(path: path, expectation: .absent)
    }
    return Target(path: path, expectation: .unchanged(there.stat), replaced: there)
  }

  /// Notes that something was written.
  private func noteWritten(
    _ write: FolderPlan.Write, _ target: Target, _ stat: FileStat
  ) throws {
    if let old = target.replaced, old.key != write.key {
      mirror.index.remove(old.key)
      plan.doomed.remove(old.key)
      counts.deleted += 1
    }
    let row = mirror.index.object(write.key)
    try note(
      write.key, in: row?.parent ?? write.parent, row?.name ?? write.name, stat,
      tag: write.tag.bytes)
    if let old = target.replaced { try lookAgain(atNamesOf: old.stat, but: write.key) }
    if write.isNew { counts.added += 1 } else { changed.insert(write.key) }
  }

  // MARK: Links

  /// Makes symbolic links.
  func writeLinks() throws {
    for write in plan.links {
      guard let target = try target(of: write), let head = tree.content(of: write.thing) else {
        continue
      }
      var stat: FileStat?
      let isDone = try attempt { () throws(FolderError) in
        stat = try writer.writeLink(
          to: head.value, at: target.path,
          modified: tree.fileAttributes(of: write.thing).modified,
          expecting: target.expectation
        ).stat
      }
      if isDone, let stat { try noteWritten(write, target, stat) }
    }
  }

  // MARK: Files

  /// Writes contents: those that are at hand first, then those from packs.
  func writeFiles() async throws {
    guard !plan.files.isEmpty else { return }
    progress.begin(.writing, files: plan.files.count)
    let sources = localSources()
    var drafts = Drafts()
    var rest: [FolderPlan.Write] = []
    for write in plan.files {
      if try linkToOther(write, &drafts) { continue }
      guard let manifest = manifest(of: write) else { continue }
      if manifest.packs.isEmpty {
        try await fetch(write, manifest, into: &drafts)
      } else if let source = sources[write.tag.bytes],
        try copy(source, to: write, manifest, &drafts)
      {
        progress.advance(files: 1, bytes: manifest.sizeBytes)
      } else {
        contents.reader.expect(manifest)
        rest.append(write)
      }
    }
    try finish(&drafts)
    for write in rest.inPackOrder(by: { manifest(of: $0) }) {
      try Task.checkCancellation()
      if try linkToOther(write, &drafts) { continue }
      guard let manifest = manifest(of: write) else { continue }
      try await fetch(write, manifest, into: &drafts)
    }
    try finish(&drafts)
  }

  private func manifest(of write: FolderPlan.Write) -> Manifest? {
    tree.content(of: write.thing).flatMap { try? Manifest(decoding: $0.value) }
  }

  /// Where contents lie in the folder already, by their tags.
  private func localSources() -> [[UInt8]: FolderKey] {
    guard mirror.index.count > 0 else { return [:] }
    return mirror.index.keys(ofTags: Set(plan.files.map(\.tag.bytes)))
  }

  /// Makes another name of a file that is there already.
  private func linkToOther(_ write: FolderPlan.Write, _ drafts: inout Drafts) throws -> Bool {
    let members = groups.members(of: write.thing, tag: write.tag)
    guard members.count > 1 else { return false }
    try finish(&drafts)
    let there = members.lazy.filter { $0 != write.thing.object }.compactMap {
      self.mirror.index.object(self.mirror.keys.key($0))
    }.first { $0.contentTag == write.tag.bytes }
    guard let there, let source = mirror.index.path(of: there.key),
      let target = try target(of: write)
    else { return false }
    let stat: FileStat
    do throws(FolderError) {
      stat = try writer.writeHardLink(
        to: source, at: target.path, expecting: target.expectation)
    } catch {
      if error.code == .interrupted { throw error }
      // Where the file system cannot, it is written as a file of its own.
      return false
    }
    try noteWritten(write, target, stat)
    try lookAgain(atNamesOf: stat, but: write.key)
    plan.attributes.append((write.key, write.thing))
    progress.advance(files: 1)
    return true
  }

  /// Copies a content from another file of the folder; false when that one is not what it was.
  private func copy(
    _ source: FolderKey, to write: FolderPlan.Write, _ manifest: Manifest, _ drafts: inout Drafts
  ) throws -> Bool {
    guard let row = mirror.index.object(source), row.isSettled,
      row.contentTag == write.tag.bytes, let path = mirror.index.path(of: source),
      let target = try target(of: write)
    else { return false }
    do {
      let reader = try FileReader(mirror.root, at: path)
      guard reader.stat.isUnchanged(since: row.stat) else { return false }
      let draft = try writer.draft(at: target.path, expecting: target.expectation)
      try reader.forEachPiece { piece in
        switch piece {
        case .hole(let length): try draft.writeHole(bytes: length)
        case .data(let bytes): try draft.write(bytes)
        }
      }
      try add(write, target, draft, manifest.sizeBytes, to: &drafts)
      return true
    } catch let error as FolderError {
      if error.code == .interrupted { throw error }
      return false
    }
  }

  private func fetch(
    _ write: FolderPlan.Write, _ manifest: Manifest, into drafts: inout Drafts
  ) async throws {
    defer { progress.advance(files: 1, bytes: manifest.sizeBytes) }
    // One pack that cannot be had is asked for once.
    guard missing.packs.isDisjoint(with: manifest.packs) else { return miss(manifest, nil) }
    guard let target = try target(of: write) else { return }
    do {
      let draft = try await contents.draft(
        of: manifest, at: target.path, expecting: target.expectation, with: writer)
      try add(write, target, draft, manifest.sizeBytes, to: &drafts)
    } catch let error as FolderError {
      try fail(error)
    } catch let error as FreeholdError {
      miss(manifest, error)
    }
  }

  /// Takes down a content that cannot be had now.
  private func miss(_ manifest: Manifest, _ error: FreeholdError?) {
    isUnfinished = true
    missing.files += 1
    guard let error else { return }
    missing.packs.formUnion(manifest.packs)
    if missing.error == nil || error.code == .tampered { missing.error = error }
  }

  private func add(
    _ write: FolderPlan.Write, _ target: Target, _ draft: FileDraft, _ sizeBytes: Int,
    to drafts: inout Drafts
  ) throws {
    drafts.items.append((write, target, draft))
    drafts.bytes += sizeBytes
    if drafts.items.count >= Self.draftsMax || drafts.bytes >= Self.draftBytesMax {
      try finish(&drafts)
    }
  }

  private func finish(_ drafts: inout Drafts) throws {
    let items = drafts.items
    drafts = Drafts()
    guard !items.isEmpty else { return }
    let results = writer.finish(
      items.map { (draft: $0.draft, attributes: attributes(of: $0.write.thing)) })
    for (item, result) in zip(items, results) {
      switch result {
      case .success(let written): try noteWritten(item.write, item.target, written.stat)
      case .failure(let error): try fail(error)
      }
    }
  }
}
