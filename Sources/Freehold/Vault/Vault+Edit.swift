import VaultCRDT
public import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy

// Changes without a folder: for programs that use the library, and for the simulator.
//
// Each verb is one batch: durable as a whole when it returns, or not there at all. What a scope
// inside this one looks after is changed there.

extension Vault {
  /// Writes a file's whole content; makes the file when there is none.
  ///
  /// Throws `noSuchVault` when the folder around it is not there, `usage` when the path is a folder
  /// or a link.
  public func write(_ path: VaultPath, bytes: [UInt8]) async throws {
    if let inner = try await editor(of: path) {
      return try await inner.vault.write(inner.path, bytes: bytes)
    }
    try requireAllowed(.put, at: path)
    let (folder, name) = try place(path)
    let known = tree.child(of: folder, named: name)
    if let known, tree.kind(of: known) != .file {
      throw FreeholdError(.usage, "\(path.shown) is not a file")
    }
    let manifest = try takeIn(bytes).bytes
    let modified = AttributeCoding.encode(environment.clock.now().fileTime)
    let records = try packRecordsToAnnounce()
    try commit { draft in
      try draft.announce(records)
      let file = try known ?? draft.create(.file, in: folder, named: name)
      try draft.setContent(file, to: manifest)
      try draft.setAttribute(.modificationTime, of: file, to: modified)
    }
  }

  /// Makes a folder; nothing happens when it is there.
  public func makeFolder(_ path: VaultPath) async throws {
    if let inner = try await editor(of: path) {
      return try await inner.vault.makeFolder(inner.path)
    }
    let (parent, name) = try place(path)
    if let known = tree.child(of: parent, named: name) {
      guard tree.kind(of: known) == .folder else {
        throw FreeholdError(.usage, "\(path.shown) is not a folder")
      }
      return
    }
    try commit { draft in _ = try draft.create(.folder, in: parent, named: name) }
  }

  /// Moves or renames a file, a link, or a folder with all that is in it.
  ///
  /// Throws `usage` when something has the new path already, when that lies inside what is moved,
  /// or when scopes of their own look after the two paths: that is another content and a removal.
  public func move(_ path: VaultPath, to target: VaultPath) async throws {
    let (from, into) = (try await editor(of: path), try await editor(of: target))
    guard from?.vault.scope == into?.vault.scope else {
      throw FreeholdError(
        .usage, "\(path.shown) and \(target.shown) are in folders that have keys of their own",
        hint: "write it there and remove it here")
    }
    if let from, let into { return try await from.vault.move(from.path, to: into.path) }
    let object = try find(path, in: tree)
    let (parent, name) = try place(target)
    if let there = tree.child(of: parent, named: name) {
      guard there == object else {
        throw FreeholdError(.usage, "there is a \(target.shown) already")
      }
      return
    }
    do {
      try commit { draft in
        if draft.tree.parent(of: object) != parent { try draft.move(object, to: parent) }
        if draft.tree.wantedName(of: object) != name { try draft.rename(object, to: name) }
      }
    } catch let error as CRDTError where error.code == .wouldCycle {
      throw FreeholdError(.usage, "\(path.shown) cannot be moved into itself")
    }
  }

  /// Puts a file, a link, or a folder with all that is in it into the trash.
  public func remove(_ path: VaultPath) async throws {
    if let inner = try await editor(of: path) { return try await inner.vault.remove(inner.path) }
    let object = try find(path, in: tree)
    try commit { draft in try draft.trash(object) }
  }

  /// Sets a file's or folder's permission bits or its time of change; nil leaves them.
  public func setAttributes(
    of path: VaultPath, permissions: UInt32? = nil, modified: Timestamp? = nil
  ) async throws {
    if let inner = try await editor(of: path) {
      return try await inner.vault.setAttributes(
        of: inner.path, permissions: permissions, modified: modified)
    }
    let object = try find(path, in: tree)
    try commit { draft in
      if let permissions {
        try draft.setAttribute(
          .mode, of: object, to: AttributeCoding.encode(mode: permissions & 0o7777))
      }
      if let modified {
        try draft.setAttribute(
          .modificationTime, of: object, to: AttributeCoding.encode(modified.fileTime))
      }
    }
  }

  /// The scope inside this one that looks after what is at a path, and the path there; nil for this
  /// one, which looks after the folder of such a scope itself.
  private func editor(of path: VaultPath) async throws -> (vault: Vault, path: VaultPath)? {
    guard !path.names.isEmpty,
      let inner = try await inner(VaultPath(path.names.dropLast()), at: nil)
    else { return nil }
    return (inner.vault, VaultPath(inner.path.names + path.names.suffix(1)))
  }

  /// The folder that a path lies in, and the name in it.
  private func place(_ path: VaultPath) throws -> (folder: ObjectID, name: [UInt8]) {
    guard let name = path.names.last else {
      throw FreeholdError(.usage, "the vault's root cannot be replaced")
    }
    let folder = try find(VaultPath(path.names.dropLast()), in: tree)
    guard folder == .root || tree.kind(of: folder) == .folder else {
      throw FreeholdError(.usage, "what \(path.shown) lies in is not a folder")
    }
    return (folder, name)
  }
}

extension VaultPath {
  /// The path for messages.
  var shown: String {
    FolderPath(names.compactMap { FileName($0) }).escapedForTerminal
  }
}

extension Timestamp {
  /// The same moment as file systems write it.
  fileprivate var fileTime: FileTime {
    let second = milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
    return FileTime(
      seconds: second, nanoseconds: UInt32(milliseconds - second * 1_000) * 1_000_000)
  }
}
