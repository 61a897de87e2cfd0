import VaultCRDT
import VaultEncoding
import VaultFolder

extension LocalIntake {
  /// A file that was read, and its content.
  struct ReadFile {
    var file: FileToRead
    var attributes: ObservedAttributes
    var manifest: Manifest

    var tag: Bytes32 { manifest.contentTag }
  }

  /// A content that the vault has already, and how the file was when it was compared with it.
  struct KnownContent {
    var manifest: Manifest
    var stat: FileStat
  }

  /// Contents of the tree that a file to be read may turn out to have.
  func expectedContents(of file: FileToRead, in tree: Tree) -> [Manifest] {
    var heads: [ContentHead] = []
    switch file.subject {
    case .known(let key): heads = object(key).map { tree.distinctContents(of: $0) } ?? []
    case .copy(let key):
      if let copy = mirror.keys.copy(key) { heads = tree.distinctContents(of: copy.object) }
    case .created:
      guard let name = file.path.name, let key = key(file.parent), let parent = object(key) else {
        return []
      }
      if let there = tree.child(of: parent, named: name.bytes), tree.kind(of: there) == .file {
        heads = tree.distinctContents(of: there)
      } else if ConflictName.isPossible(name.bytes) {
        heads = tree.shown(in: parent).filter { $0.name == name.bytes }.compactMap(\.copy)
      }
    }
    return heads.compactMap { try? Manifest(decoding: $0.value) }
      .filter { !$0.mayName(anyOf: mirror.lostPacks) }
  }

  /// Writes down one file that was read; returns the key that the index knows it by from now on.
  func write(_ item: ReadFile, in draft: inout Draft) throws -> FolderKey? {
    switch item.file.subject {
    case .known(let key): try writeKnown(item, key, in: &draft)
    case .created(let number): try writeCreated(item, number: number, in: &draft)
    case .copy(let key): try writeCopy(item, key, in: &draft)
    }
  }

  private func writeKnown(
    _ item: ReadFile, _ key: FolderKey, in draft: inout Draft
  ) throws -> FolderKey? {
    guard let object = object(key), draft.tree.contains(object) else { return nil }
    let row = mirror.index.object(currentKey(key))
    var isChanged = try write(
      item.manifest.bytes, tag: item.tag, to: object, shown: row?.contentTag ?? [], in: &draft)
    isChanged =
      try item.attributes.record(
        object, kind: .file, shown: row?.stat, isInStep: wasInStep, in: &draft) || isChanged
    if isChanged { counts.changed += 1 }
    return currentKey(key)
  }

  private func writeCreated(
    _ item: ReadFile, number: Int?, in draft: inout Draft
  ) throws -> FolderKey? {
    guard let name = item.file.path.name, let parent = try folder(item.file.parent, in: &draft)
    else { return nil }
    if let copy = draft.tree.copy(named: name.bytes, in: parent, tag: item.tag) {
      return mirror.keys.key(copy)
    }
    let there = draft.tree.child(of: parent, named: name.bytes)
    if let there, draft.tree.kind(of: there) == .file, isFree(there) {
      let heads = draft.tree.distinctContents(of: there)
      if heads.isEmpty || heads.contains(where: { $0.tag(of: .file) == item.tag }) {
        // What lay in a lost pack was cut anew: the tree is told where it lies now.
        let isLost = heads.count == 1 && draft.tree.names(there, anyOf: mirror.lostPacks)
        if heads.isEmpty || isLost { try draft.setContent(there, to: item.manifest.bytes) }
        adopt(there)
        note(there, as: number, item)
        return mirror.keys.key(there)
      }
    }
    let object = try draft.create(.file, in: parent, named: name.bytes)
    try draft.setContent(object, to: item.manifest.bytes)
    _ = try item.attributes.record(
      object, kind: .file, shown: nil, isInStep: wasInStep, in: &draft)
    if there != nil { mirror.needsWriting = true }
    note(object, as: number, item)
    counts.added += 1
    return mirror.keys.key(object)
  }

  /// Remembers which object a created file became; only groups of names of one file ask.
  private func note(_ object: ObjectID, as number: Int?, _ item: ReadFile) {
    if let number, item.file.stat.linkCount > 1 { made[number] = object }
  }

  /// A copy that the user changed or moved becomes a file of its own, and leaves the conflict.
  private func writeCopy(
    _ item: ReadFile, _ key: FolderKey, in draft: inout Draft
  ) throws -> FolderKey? {
    if isRecast(key) != nil { return try writeKnown(item, key, in: &draft) }
    let row = mirror.index.object(key)
    if let row, row.contentTag == item.tag.bytes, mirror.index.path(of: key) == item.file.path,
      row.stat.hasShownAttributes(of: item.file.stat)
    {
      return key
    }
    let made = try writeCreated(item, number: nil, in: &draft)
    mirror.index.remove(key)
    try drop(key, in: &draft)
    return made
  }

  // MARK: What an edit replaces

  /// Writes a content that replaces the one that the folder showed, and no other: what else the
  /// tree has is kept as a file of its own.
  ///
  /// Returns whether anything was written.
  func write(
    _ value: [UInt8], tag: Bytes32, to object: ObjectID, shown: [UInt8], in draft: inout Draft
  ) throws -> Bool {
    guard tag.bytes != shown, let kind = draft.tree.kind(of: object) else { return false }
    let heads = draft.tree.distinctContents(of: object)
    if heads.count == 1, heads[0].tag(of: kind) == tag { return false }
    let name = draft.tree.name(of: object)
    try draft.setContent(object, to: value)
    for head in heads {
      let other = head.tag(of: kind)
      if other == tag || other?.bytes == shown { continue }
      try keepAside(head, of: object, named: name, in: &draft)
    }
    return true
  }

  /// Makes a content of a file a file of its own beside it.
  func keepAside(
    _ head: ContentHead, of object: ObjectID, named name: [UInt8]?, in draft: inout Draft
  ) throws {
    guard let parent = draft.tree.parent(of: object), parent != .trash,
      let visible = name ?? draft.tree.name(of: object)
    else { return }
    let key = mirror.keys.key(object, copy: head)
    let row = departed.contains(key) ? nil : mirror.index.object(key)
    let free = row?.name.bytes ?? Self.freeName(visible, head, devices, in: parent, draft.tree)
    let aside = try draft.makeOwnFile(of: head, from: object, in: parent, named: free)
    if row == nil {
      mirror.needsWriting = true
      let shown = FolderPath((draft.tree.path(of: aside) ?? []).compactMap { FileName($0) })
      mirror.notes.append(
        "changed here and by \(devices.label(head.replica)) at once; that content is kept as "
          + shown.escapedForTerminal)
    } else {
      recast(key, as: aside)
    }
  }

  private static func freeName(
    _ name: [UInt8], _ head: ContentHead, _ devices: DeviceNames, in folder: ObjectID, _ tree: Tree
  ) -> [UInt8] {
    let taken = Set(tree.shown(in: folder).map(\.name))
    return Tree.copyName(name, head, devices) { !taken.contains($0) }
  }

  /// Takes a content out of a file that has several.
  ///
  /// The one that the folder shows under the file's own name stays; if there are more, they become
  /// files of their own.
  func drop(_ key: FolderKey, in draft: inout Draft) throws {
    guard let copy = mirror.keys.copy(key), !draft.tree.isTrashed(copy.object),
      let kind = draft.tree.kind(of: copy.object)
    else { return }
    let heads = draft.tree.distinctContents(of: copy.object)
    let kept = heads.filter { $0.replica != copy.replica || $0.counter != copy.counter }
    guard kept.count < heads.count else { return }
    try settle(copy.object, on: kept, kind: kind, in: &draft)
  }

  /// Makes these the contents of a file: the first, or the one that the folder shows under its own
  /// name, stays, and the others become files of their own.
  func settle(
    _ object: ObjectID, on kept: [ContentHead], kind: ObjectKind, in draft: inout Draft
  ) throws {
    let shown = mirror.index.object(mirror.keys.key(object))?.contentTag
    guard let main = kept.first(where: { $0.tag(of: kind)?.bytes == shown }) ?? kept.first else {
      return
    }
    mirror.needsWriting = true
    let name = draft.tree.name(of: object)
    try draft.setContent(object, to: main.value)
    for head in kept where head != main {
      try keepAside(head, of: object, named: name, in: &draft)
    }
  }
}
