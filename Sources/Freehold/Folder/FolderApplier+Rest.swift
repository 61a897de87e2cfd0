import VaultCRDT
import VaultEncoding
import VaultFolder

extension FolderApplier {
  // MARK: Attributes

  /// Gives what was there already the attributes that the tree has.
  func setAttributes() throws {
    for (key, thing) in plan.attributes {
      guard let row = mirror.index.object(key), let path = mirror.index.path(of: key) else {
        continue
      }
      let wanted = try difference(attributes(of: thing), row, at: path)
      guard wanted != FileAttributes() else { continue }
      changed.insert(key)
      guard row.stat.kind != .folder else {
        writer.setWhenSettled(wanted, ofFolderAt: path)
        continue
      }
      var written: Written?
      let isDone = try attempt { () throws(FolderError) in
        written = try writer.setAttributes(wanted, at: path, expecting: .unchanged(row.stat))
      }
      guard isDone, let written else { continue }
      try note(written.stat, of: row)
      try lookAgain(atLinksOf: written.stat, but: key)
    }
  }

  /// What of the attributes differs from what is there.
  private func difference(
    _ wanted: FileAttributes, _ row: IndexedObject, at path: FolderPath
  ) throws -> FileAttributes {
    var different = FileAttributes()
    if let permissions = wanted.permissions, row.stat.kind != .symlink,
      permissions & FolderWriter.Options.usualPermissions
        != row.stat.permissions & FolderWriter.Options.usualPermissions
    {
      different.permissions = permissions
    }
    if wanted.modified != row.stat.modified { different.modified = wanted.modified }
    if let extended = wanted.extended, row.stat.kind != .symlink,
      let there = try? mirror.root.extendedAttributes(at: path), there.kept != extended
    {
      different.extended = extended
    }
    return different
  }

  /// Other names of a file have its new attributes too.
  private func lookAgain(atLinksOf stat: FileStat, but key: FolderKey) throws {
    guard stat.linkCount > 1 else { return }
    for row in mirror.index.objects(device: stat.device, inode: stat.inode) where row.key != key {
      guard let path = mirror.index.path(of: row.key), let now = try? mirror.root.stat(at: path),
        now.isUnchanged(since: stat)
      else { continue }
      try note(now, of: row)
    }
  }

  // MARK: Removals

  /// Removes what is gone from the tree, from the leaves up.
  func removeDoomed() throws {
    let doomed = plan.doomed.compactMap { key in
      mirror.index.path(of: key).map { (path: $0, key: key) }
    }
    for (_, key) in doomed.sorted(by: { $0.path > $1.path }) { _ = try remove(key) }
  }

  /// Removes a folder that is gone with all in it that is gone.
  func removeTree(_ key: FolderKey) throws {
    for child in mirror.index.children(of: key) { try removeTree(child.key) }
    if plan.doomed.contains(key) { _ = try remove(key) }
  }

  /// Removes one thing; false when it stays.
  ///
  /// A folder that holds what the vault does not keep stays and is reported.
  func remove(_ key: FolderKey) throws -> Bool {
    guard let row = mirror.index.object(key), let path = mirror.index.path(of: key) else {
      return true
    }
    do throws(FolderError) {
      try writer.remove(at: path, expecting: .unchanged(row.stat))
    } catch {
      guard error.code == .notEmpty else {
        try fail(error)
        return false
      }
      hasLeftovers = true
      problems.append(
        Problem(
          .note, .partial,
          "\(path.escapedForTerminal) is deleted in the vault and stays here: it holds files that "
            + "the vault does not keep",
          hint: "remove it when they are not needed"))
      return false
    }
    mirror.index.remove(key)
    plan.doomed.remove(key)
    counts.deleted += 1
    try lookAgain(atNamesOf: row.stat, but: key)
    return true
  }

  // MARK: Folders in the end

  /// Sets the attributes of all folders that were written into, and makes all durable.
  func settle() throws {
    var modes: [FolderPath: UInt32] = [:]
    for path in writer.unsettledFolders {
      guard let row = mirror.index.object(at: path), let object = mirror.keys.object(row.key),
        !tree.isTrashed(object)
      else { continue }
      var wanted = tree.fileAttributes(of: object)
      if let now = try? mirror.root.stat(at: path), now.permissions != row.stat.permissions {
        // The user changed it since the scan: the next one shall see that.
        wanted.permissions = nil
        modes[path] = row.stat.mode
      }
      writer.setWhenSettled(wanted, ofFolderAt: path)
    }
    for (path, result) in writer.settle() {
      switch result {
      case .success(let written):
        guard let row = mirror.index.object(at: path) else { continue }
        var stat = written.stat
        if let mode = modes[path] { stat.mode = mode }
        try note(stat, of: row)
      case .failure(let error):
        if error.code == .interrupted { throw error }
        if mirror.index.object(at: path) != nil || path.isRoot { try fail(error) }
      }
    }
  }
}
