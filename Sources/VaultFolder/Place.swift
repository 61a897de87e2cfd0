internal import CPlatform

/// A name in an open folder: where something is about to be written.
struct Place {
  let folder: Descriptor
  let name: FileName
  let path: FolderPath

  var folderPath: FolderPath { path.parent ?? .root }

  /// Opens the folder that holds the path; no link is followed on the way.
  init(_ root: FolderRoot, _ path: FolderPath, action: String) throws(FolderError) {
    var last = LastFolder()
    try self.init(root, path, in: &last, action: action)
  }

  /// The same, with the folder that was opened last.
  init(
    _ root: FolderRoot, _ path: FolderPath, in last: inout LastFolder, action: String
  ) throws(FolderError) {
    guard let name = path.name, let parent = path.parent else {
      throw FolderError(.wrongKind, at: path, action: action)
    }
    folder = try last.open(parent, beneath: root)
    self.name = name
    self.path = path
  }

  func stat() throws(FolderError) -> FileStat? { try folder.stat(of: name, in: folderPath) }

  /// What is there, when it is as expected.
  func stat(expecting expectation: ExpectedState, _ action: String) throws(FolderError) -> FileStat?
  {
    let stat = try stat()
    guard expectation.isMet(by: stat) else {
      let code: FolderError.Code = expectation == .absent ? .exists : .changedMeanwhile
      throw FolderError(code, at: path, action: action)
    }
    return stat
  }

  /// Does something that needs to write into the folder.
  ///
  /// When the folder does not let its owner write, it does so for just that moment.
  func whileWritable(_ body: () -> Int32) -> Int32 {
    let result = body()
    guard result == -NumberOfError.noAccess, let stat = try? folder.stat(nil),
      stat.permissions & 0o300 != 0o300,
      freehold_set_mode(folder.number, stat.permissions | 0o300) >= 0
    else { return result }
    defer { _ = freehold_set_mode(folder.number, stat.permissions) }
    return body()
  }

  func rename(_ from: FileName, to: FileName, flags: UInt32) -> Int32 {
    whileWritable {
      from.withCString { from in
        to.withCString { freehold_renameat2(folder.number, from, folder.number, $0, flags) }
      }
    }
  }

  @discardableResult
  func unlink(_ name: FileName, flags: Int32 = 0) -> Int32 {
    whileWritable { name.withCString { freehold_unlink(folder.number, $0, flags) } }
  }

  /// Puts what was prepared under a draft's name in this folder into place, in one step that
  /// others see as a whole or not at all.
  ///
  /// Something that was there is exchanged with the draft, looked at where it cannot be meant
  /// any more, and only then removed; when it is not what was expected, it is exchanged back.
  /// On an error the draft is still there.
  func put(_ draft: FileName, expecting expectation: ExpectedState) throws(FolderError) {
    // The kernel itself looks whether nothing is there.
    let there = expectation == .absent ? nil : try stat(expecting: expectation, "write")
    guard let old = there else {
      let result = rename(draft, to: name, flags: FREEHOLD_RENAME_NOREPLACE)
      if result == -NumberOfError.invalid {
        _ = try stat(expecting: expectation, "write")
        return try putPlainly(draft)
      }
      try check(result, at: path, "write")
      return
    }
    if old.kind == .folder { throw FolderError(.exists, at: path, action: "write") }
    let result = rename(draft, to: name, flags: FREEHOLD_RENAME_EXCHANGE)
    if result == -NumberOfError.invalid { return try putPlainly(draft) }
    if result == -NumberOfError.noSuchName {
      throw FolderError(.changedMeanwhile, at: path, action: "write")
    }
    try check(result, at: path, "write")
    let removed = try folder.stat(of: draft, in: folderPath)
    if let removed, removed.kind == .folder || !expectation.isMet(afterRename: removed) {
      try check(rename(draft, to: name, flags: FREEHOLD_RENAME_EXCHANGE), at: path, "write")
      throw FolderError(.changedMeanwhile, at: path, action: "write")
    }
    unlink(draft)
  }

  /// For file systems without renameat2's flags: right after the check, not together with it.
  private func putPlainly(_ draft: FileName) throws(FolderError) {
    try check(rename(draft, to: name, flags: FREEHOLD_RENAME_REPLACE), at: path, "write")
    // Renaming a hard link onto another name of the same file leaves both.
    unlink(draft)
  }
}
