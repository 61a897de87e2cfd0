import VaultFolder

/// Copies a folder with nothing but this module: the scan, the readers and the writer.
struct FolderCopy {
  let from: FolderRoot
  let to: FolderRoot
  var notKept: [NotKept] = []
  var errors: [FolderError] = []
  private var firstNames: [Inode: FolderPath] = [:]

  private struct Inode: Hashable {
    let device: UInt64
    let number: UInt64
  }

  init(from: FolderRoot, to: FolderRoot) {
    self.from = from
    self.to = to
  }

  mutating func run() throws {
    let writer = makeWriter(to)
    let scan = FolderScan(from)
    while let listing = scan.next() {
      errors += listing.trouble.map { [$0] } ?? []
      errors += listing.unreadable.map(\.error)
      for entry in listing {
        let report = NotKept(
          entry, in: listing.path, user: from.stat.user, group: from.stat.group)
        if let report { notKept.append(report) }
        try copy(entry, at: listing.path.appending(entry.name), with: writer)
      }
    }
    for (_, result) in writer.settle() {
      switch result {
      case .success(let written): errors += written.unapplied
      case .failure(let error): errors.append(error)
      }
    }
  }

  private mutating func copy(
    _ entry: FolderEntry, at path: FolderPath, with writer: FolderWriter
  ) throws {
    guard entry.kind.isKept else { return }
    let found = try from.extendedAttributes(at: path)
    notKept += found.notKept.map { NotKept(path: path, reason: $0) }
    let attributes = FileAttributes(
      permissions: entry.stat.permissions, modified: entry.stat.modified, extended: found.kept)
    let inode = Inode(device: entry.stat.device, number: entry.stat.inode)
    if entry.kind != .folder, let first = firstNames[inode] {
      try writer.writeHardLink(to: first, at: path, expecting: .absent)
      return
    }
    firstNames[inode] = path
    switch entry.kind {
    case .folder:
      try writer.makeFolder(at: path, attributes: attributes)
    case .symlink:
      try writer.writeLink(
        to: from.linkTarget(at: path), at: path, modified: entry.stat.modified,
        expecting: .absent)
    default:
      try copyFile(at: path, attributes, with: writer)
    }
  }

  private mutating func copyFile(
    at path: FolderPath, _ attributes: FileAttributes, with writer: FolderWriter
  ) throws {
    let reader = try FileReader(from, at: path)
    let draft = try writer.draft(at: path, expecting: .absent)
    try reader.forEachPiece { piece in
      switch piece {
      case .data(let bytes): try draft.write(bytes)
      case .hole(let bytes): try draft.writeHole(bytes: bytes)
      }
    }
    errors += try draft.finish(attributes).unapplied
  }
}
