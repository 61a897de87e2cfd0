internal import CPlatform
internal import Glibc

extension FolderWriter {
  /// Renames or moves something, to a place where nothing is.
  /// - Throws: ``FolderError``: `changedMeanwhile` when it is not what is expected, `exists` when
  ///   something is at the new place, `otherDevice` when it must be copied instead.
  @discardableResult
  public func move(
    from old: FolderPath, to new: FolderPath, expecting expectation: ExpectedState
  ) throws(FolderError) -> FileStat {
    try step()
    let source = try Place(root, old, action: "move")
    guard !new.isWithin(old) else {
      throw FolderError(.wrongKind, at: new, action: "move")
    }
    let target = try Place(root, new, action: "move")
    guard let before = try source.stat(expecting: expectation, "move") else {
      throw FolderError(.notFound, at: old, action: "move")
    }
    try rename(source, to: target, before)
    guard let after = try target.stat(), expectation.isMet(afterRename: after) else {
      let flags = FREEHOLD_RENAME_NOREPLACE
      try check(rename(target, to: source, flags: flags), at: old, "move back")
      throw FolderError(.changedMeanwhile, at: old, action: "move")
    }
    if after.kind == .folder { follow(moveFrom: old, to: new) }
    touch(source)
    touch(target)
    if options.syncsEachFile {
      _ = freehold_fsync(target.folder.number)
      _ = freehold_fsync(source.folder.number)
    }
    return after
  }

  private func rename(
    _ source: Place, to target: Place, _ before: FileStat
  ) throws(FolderError) {
    var result = rename(source, to: target, flags: FREEHOLD_RENAME_NOREPLACE)
    let there = result == 0 ? nil : try target.stat()
    let canReplace =
      switch (result, there) {
      // The file system does not know the flag, and nothing is in the way.
      case (-NumberOfError.invalid, nil): true
      // A file system that ignores case: the new name already means the thing itself.
      case (-NumberOfError.exists, let there?):
        there.isSameThing(as: before) && (before.kind == .folder || before.linkCount == 1)
      default: false
      }
    if canReplace { result = rename(source, to: target, flags: FREEHOLD_RENAME_REPLACE) }
    if result == -NumberOfError.otherDevice {
      throw FolderError(.otherDevice, at: target.path, action: "move")
    }
    try check(result, at: target.path, "move")
  }

  private func rename(_ source: Place, to target: Place, flags: UInt32) -> Int32 {
    source.whileWritable {
      target.whileWritable {
        source.name.withCString { from in
          target.name.withCString {
            freehold_renameat2(source.folder.number, from, target.folder.number, $0, flags)
          }
        }
      }
    }
  }

  /// Removes a file or link for good, or an empty folder.
  ///
  /// Nothing happens when nothing is there.
  ///
  /// A file is renamed to a draft's name, compared there, and only then removed; so a version
  /// that a program saved in the last moment comes back instead of being lost.
  /// - Throws: ``FolderError``: `changedMeanwhile`, `notEmpty`.
  public func remove(
    at path: FolderPath, expecting expectation: ExpectedState
  ) throws(FolderError) {
    try step()
    let place = try Place(root, path, action: "remove")
    guard let before = try place.stat() else { return }
    guard expectation.isMet(by: before) else {
      throw FolderError(.changedMeanwhile, at: path, action: "remove")
    }
    if before.kind == .folder {
      try check(place.unlink(place.name, flags: FREEHOLD_AT_REMOVEDIR), at: path, "remove")
    } else {
      try removeFile(place, expecting: expectation)
    }
    touch(place)
    if options.syncsEachFile { _ = freehold_fsync(place.folder.number) }
  }

  private func removeFile(
    _ place: Place, expecting expectation: ExpectedState
  ) throws(FolderError) {
    let draft = nextDraftName()
    let result = place.rename(place.name, to: draft, flags: FREEHOLD_RENAME_NOREPLACE)
    if result == -NumberOfError.noSuchName { return }
    guard result != -NumberOfError.invalid else {
      try check(place.unlink(place.name), at: place.path, "remove")
      return
    }
    try check(result, at: place.path, "remove")
    if let taken = try place.folder.stat(of: draft, in: place.folderPath),
      taken.kind == .folder || !expectation.isMet(afterRename: taken)
    {
      let flags = FREEHOLD_RENAME_NOREPLACE
      try check(place.rename(draft, to: place.name, flags: flags), at: place.path, "put back")
      throw FolderError(.changedMeanwhile, at: place.path, action: "remove")
    }
    try check(place.unlink(draft), at: place.path, "remove")
  }

  /// Removes drafts that an earlier run left behind, as a scan listed them.
  ///
  /// Returns how many.
  @discardableResult
  public func removeStaleDrafts(of listing: FolderListing) -> Int {
    var count = 0
    for name in listing.staleDrafts where !isOwnDraft(name) {
      let path = listing.path.appending(name)
      guard let place = try? Place(root, path, action: "remove") else { continue }
      if place.unlink(name) == 0 { count += 1 }
    }
    return count
  }

  /// Removes drafts that an earlier run left behind in one folder; nothing else is looked at.
  ///
  /// Returns how many.
  @discardableResult
  public func removeStaleDrafts(in path: FolderPath) -> Int {
    guard let folder = try? root.openFolder(at: path) else { return 0 }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    var names = NameCollector(buffer: buffer)
    try? names.read(folder, at: path)
    var stale: [DraftName] = []
    names.visit { name in
      if let draft = DraftName(name), draft.session != session { stale.append(draft) }
    }
    return stale.count { draft in
      draft.fileName.withCString { freehold_unlink(folder.number, $0, 0) } == 0
    }
  }

  /// Sets attributes of a file, a folder, or the time of a link.
  /// - Throws: ``FolderError``: `changedMeanwhile` when it is not what is expected. What the file
  ///   system or the user's rights do not allow is said in the result instead.
  @discardableResult
  public func setAttributes(
    _ attributes: FileAttributes, at path: FolderPath, expecting expectation: ExpectedState
  ) throws(FolderError) -> Written {
    try step()
    guard !path.isRoot else {
      let unapplied = apply(attributes, to: root.descriptor, at: path)
      return Written(stat: try root.descriptor.stat(path), unapplied: unapplied)
    }
    let place = try Place(root, path, action: "set attributes of")
    guard let before = try place.stat(expecting: expectation, "set attributes of") else {
      throw FolderError(.notFound, at: path, action: "set attributes of")
    }
    let unapplied: [FolderError]
    if before.kind == .file || before.kind == .folder {
      let file = try openForAttributes(place)
      guard try file.stat(path).isSameThing(as: before) else {
        throw FolderError(.changedMeanwhile, at: path, action: "set attributes of")
      }
      unapplied = apply(attributes, to: file, at: path)
      return Written(stat: try file.stat(path), unapplied: unapplied)
    }
    unapplied = applyTime(attributes, toLinkAt: place)
    return Written(stat: try place.stat() ?? before, unapplied: unapplied)
  }

  /// Without the right to read, a descriptor that only names the thing has to do.
  private func openForAttributes(_ place: Place) throws(FolderError) -> Descriptor {
    do throws(FolderError) {
      return try root.open(place.name, in: place.folder, flags: O_RDONLY, at: place.path)
    } catch  where error.code == .noPermission {
      return try root.open(place.name, in: place.folder, flags: FREEHOLD_O_PATH, at: place.path)
    }
  }

  private func applyTime(_ attributes: FileAttributes, toLinkAt place: Place) -> [FolderError] {
    guard let modified = attributes.modified else { return [] }
    let result = place.name.withCString {
      freehold_set_modified(place.folder.number, $0, modified.seconds, Int64(modified.nanoseconds))
    }
    return result < 0 ? [FolderError(result: result, at: place.path, action: "set time of")] : []
  }
}
