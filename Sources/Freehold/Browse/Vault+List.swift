import VaultCRDT
public import VaultEncoding
import VaultFolder
import VaultStore

extension Vault {
  /// The tree as it was at a time; now when none is given.
  ///
  /// Fetches the history first where it is still coming; throws when that cannot be done.
  func tree(at time: Timestamp?) async throws -> Tree {
    guard let time else { return tree }
    try await completeHistory()
    var past = Tree()
    past.conflictLabel = tree.conflictLabel
    let batches = try history().filter { $0.time.milliseconds <= time.milliseconds }
    _ = past.merge(batches)
    return past
  }

  /// Every merged batch of the vault, feed by feed in order.
  func history() throws -> [Batch] {
    let opener = self.opener
    var batches: [Batch] = []
    for feed in try database.read({ try $0.feeds(in: scope) }) {
      var next: UInt64 = 1
      while next <= feed.count {
        let entries = try database.read {
          try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: 16 << 20)
        }
        guard let last = entries.last else { break }
        batches += try entries.filter { $0.state == .merged }.map { try opener.open($0) }
        next = last.sequence + 1
      }
    }
    return batches
  }

  /// What a folder shows, or the thing itself; with `isRecursive` all that is in it too.
  public func list(
    _ path: VaultPath, at time: Timestamp? = nil, isRecursive: Bool = false
  ) async throws -> [VaultEntry] {
    if let inner = try await inner(path, at: time) {
      return try await inner.vault.list(inner.path, at: time, isRecursive: isRecursive)
        .map { $0.below(inner.folder) }
    }
    let tree = try await tree(at: time)
    let object = try find(path, in: tree)
    guard tree.kind(of: object) == .folder || object == .root else {
      return [entry(object, path: path.names, in: tree)]
    }
    var entries: [VaultEntry] = []
    var folders = [(object, path.names)]
    while let (folder, names) = folders.popLast() {
      for child in tree.children(of: folder) {
        let childPath = names + [child.name]
        entries.append(entry(child.object, path: childPath, in: tree))
        guard isRecursive, child.kind == .folder else { continue }
        if tree.attribute(of: child.object, .scope) == nil {
          folders.append((child.object, childPath))
        } else if let inner = try await inner(VaultPath(childPath), at: time) {
          entries += try await inner.vault.list(.root, at: time, isRecursive: true)
            .map { $0.below(childPath) }
        }
      }
    }
    return entries.sorted {
      $0.path.lexicographicallyPrecedes($1.path) { $0.lexicographicallyPrecedes($1) }
    }
  }

  /// The object at a path; throws `noSuchVault` with a suggestion when there is none.
  func find(_ path: VaultPath, in tree: Tree) throws -> ObjectID {
    if let object = tree.object(at: path.names) { return object }
    let text = FolderPath(path.names.compactMap { FileName($0) }).escapedForTerminal
    throw FreeholdError(
      .noSuchVault, "there is no \(text) in the vault",
      hint: "freehold ls shows what there is, freehold ls --at T what there was")
  }

  func entry(_ object: ObjectID, path: [[UInt8]], in tree: Tree) -> VaultEntry {
    let contents = tree.distinctContents(of: object)
    let kind = tree.kind(of: object) ?? .folder
    let value = contents.first?.value
    return VaultEntry(
      path: path, kind: VaultEntry.Kind(kind),
      sizeBytes: kind == .file ? value.flatMap { Manifest.size(decoding: $0) } ?? 0 : 0,
      modified: AttributeCoding.time(tree.attribute(of: object, .modificationTime)).map {
        Timestamp(milliseconds: $0.milliseconds)
      },
      permissions: AttributeCoding.mode(tree.attribute(of: object, .mode)),
      target: kind == .symlink ? value : nil, contentCount: contents.count)
  }
}

extension VaultEntry.Kind {
  init(_ kind: ObjectKind) {
    switch kind {
    case .folder: self = .folder
    case .file: self = .file
    case .symlink: self = .symlink
    }
  }
}
