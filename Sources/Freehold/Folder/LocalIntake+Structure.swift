import VaultCRDT
import VaultEncoding
import VaultFolder

extension LocalIntake {
  /// Does one change of the folder's structure, the one at a position; files are put on the list
  /// instead.
  func apply(_ change: LocalChange, _ position: Int, to draft: inout Draft) throws {
    switch change.action {
    case .created:
      guard case .created(let number) = change.object else { return }
      try create(change, position, number: number, in: &draft)
    case .moved: try move(change, position, in: &draft)
    case .contentMaybeChanged: try changeContent(change, position, in: &draft)
    case .attributesChanged: try changeAttributes(change, position, in: &draft)
    case .deleted(let isTop): try delete(change, isTop: isTop, in: &draft)
    }
  }

  /// The folder that something lies in, shown in the tree.
  ///
  /// One that was deleted elsewhere, which the folder did not show yet, is made anew: what is put
  /// into it stays, and nothing else of it comes back.
  func folder(_ object: LocalChange.Object, in draft: inout Draft) throws -> ObjectID? {
    guard case .known(let key) = object, key != ObjectKeys.root else {
      return self.object(object) ?? (object == .known(ObjectKeys.root) ? .root : nil)
    }
    guard let known = self.object(key), draft.tree.kind(of: known) == .folder else { return nil }
    guard draft.tree.isTrashed(known) else { return known }
    guard let row = mirror.index.object(key) else { return nil }
    let place = moved[key] ?? (.known(row.parent), row.name)
    guard let parent = try folder(place.parent, in: &draft) else { return nil }
    let there = draft.tree.child(of: parent, named: place.name.bytes)
    if let there, draft.tree.kind(of: there) == .folder, isFree(there) {
      recast(key, as: there)
      mirror.adopted.insert(there)
      return there
    }
    let new = try draft.create(.folder, in: parent, named: place.name.bytes)
    for attribute in [AttributeKey.mode, .modificationTime, .extendedAttributes] {
      if let value = draft.tree.attribute(of: known, attribute) {
        try draft.setAttribute(attribute, of: new, to: value)
      }
    }
    recast(key, as: new)
    mirror.needsWriting = true
    return new
  }

  // MARK: Creations

  private func create(
    _ change: LocalChange, _ position: Int, number: Int, in draft: inout Draft
  ) throws {
    guard let name = change.path.name, let kind = ObjectKind(change.stat.kind),
      let parent = try folder(change.parent, in: &draft)
    else { return }
    let there = draft.tree.child(of: parent, named: name.bytes).flatMap {
      draft.tree.kind(of: $0) == kind && isFree($0) ? $0 : nil
    }
    switch kind {
    case .file:
      planCreated(change, position, number: number, there: there)
    case .folder:
      try makeFolder(change, number: number, in: parent, named: name, there: there, &draft)
    case .symlink:
      try makeLink(change, number: number, in: parent, named: name, there: there, &draft)
    }
  }

  private func planCreated(
    _ change: LocalChange, _ position: Int, number: Int, there: ObjectID?
  ) {
    guard let there, departed.contains(mirror.keys.key(there)) else {
      return plan(change, position)
    }
    // Missed at the place where the folder showed it, and here at the one it has by now.
    let key = mirror.keys.key(there)
    found.insert(key)
    made[number] = there
    plan(change, position, as: key)
  }

  private func makeFolder(
    _ change: LocalChange, number: Int, in parent: ObjectID, named name: FileName,
    there: ObjectID?, _ draft: inout Draft
  ) throws {
    let object: ObjectID
    if let there {
      object = there
      adopt(there)
    } else {
      object = try draft.create(.folder, in: parent, named: name.bytes)
      _ = try observe(change).record(
        object, kind: .folder, shown: nil, isInStep: wasInStep, in: &draft)
      counts.added += 1
    }
    made[number] = object
    isThere(change, as: mirror.keys.key(object), named: name, tag: [])
  }

  private func makeLink(
    _ change: LocalChange, number: Int, in parent: ObjectID, named name: FileName,
    there: ObjectID?, _ draft: inout Draft
  ) throws {
    guard let target = linkTarget(change) else { return }
    let tag = Manifest.inline(target).contentTag
    if let copy = draft.tree.copy(named: name.bytes, in: parent, tag: tag) {
      let key = mirror.keys.key(copy)
      return isThere(change, as: key, named: name, tag: tag.bytes)
    }
    let object: ObjectID
    if let there, draft.tree.distinctContents(of: there).contains(where: { $0.value == target }) {
      object = there
      adopt(there)
    } else {
      object = try draft.create(.symlink, in: parent, named: name.bytes)
      try draft.setContent(object, to: target)
      _ = try observe(change).record(
        object, kind: .symlink, shown: nil, isInStep: wasInStep, in: &draft)
      counts.added += 1
    }
    made[number] = object
    isThere(change, as: mirror.keys.key(object), named: name, tag: tag.bytes)
  }

  /// Takes something found for the object that the tree has there.
  ///
  /// Its attributes are the tree's: it may be half written.
  func adopt(_ object: ObjectID) {
    mirror.adopted.insert(object)
    mirror.needsWriting = true
    let key = mirror.keys.key(object)
    if departed.contains(key) { found.insert(key) }
  }

  // MARK: Moves and attributes

  private func move(
    _ change: LocalChange, _ position: Int, in draft: inout Draft
  ) throws {
    guard case .known(let key) = change.object, let name = change.path.name,
      let row = mirror.index.object(key)
    else { return }
    guard !ObjectKeys.isCopy(key) else { return plan(change, position) }
    guard let object = object(key), draft.tree.contains(object) else { return }
    isThere(change, as: key, named: name, tag: row.contentTag, mayBeSettled: row.isSettled)
    moved[key] = (change.parent, name)
    // A move of ours that was cut off: the tree says where it belongs.
    guard !WaitingName.matches(name) else {
      mirror.needsWriting = true
      return
    }
    let isElsewhere = change.parent != .known(row.parent)
    let isMoved = try isElsewhere && put(object, into: change.parent, &draft)
    let isRenamed =
      row.name != name && draft.tree.name(of: object) != name.bytes
      && draft.tree.wantedName(of: object) != name.bytes
    if isRenamed { try draft.rename(object, to: name.bytes) }
    if isMoved || isRenamed { counts.changed += 1 }
  }

  private func put(
    _ object: ObjectID, into parent: LocalChange.Object, _ draft: inout Draft
  ) throws -> Bool {
    guard let folder = try folder(parent, in: &draft), draft.tree.parent(of: object) != folder
    else { return false }
    do {
      try draft.move(object, to: folder)
      return true
    } catch  where error.code == .wouldCycle {
      // Elsewhere, and not shown yet, that folder was put into this one: that came first.
      mirror.needsWriting = true
      return false
    }
  }

  private func changeContent(
    _ change: LocalChange, _ position: Int, in draft: inout Draft
  ) throws {
    guard case .known(let key) = change.object else { return }
    if ObjectKeys.isCopy(key) { return plan(change, position) }
    guard change.stat.kind == .symlink else {
      return plan(change, position)
    }
    guard let object = object(key), draft.tree.contains(object), let target = linkTarget(change),
      let name = change.path.name, let row = mirror.index.object(key)
    else { return }
    let tag = Manifest.inline(target).contentTag
    var isChanged = try write(target, tag: tag, to: object, shown: row.contentTag, in: &draft)
    isChanged =
      try observe(change).record(
        object, kind: .symlink, shown: row.stat, isInStep: wasInStep, in: &draft) || isChanged
    if isChanged { counts.changed += 1 }
    isThere(change, as: key, named: name, tag: tag.bytes)
  }

  private func changeAttributes(
    _ change: LocalChange, _ position: Int, in draft: inout Draft
  ) throws {
    guard case .known(let key) = change.object, let name = change.path.name,
      let row = mirror.index.object(key)
    else { return }
    if ObjectKeys.isCopy(key), !row.stat.hasShownAttributes(of: change.stat) {
      return plan(change, position)
    }
    if !wasInStep, change.stat.kind == .folder, let object = object(key) {
      // Its time may be that of our own writing, which was cut off: the tree's is set again.
      mirror.adopted.insert(object)
      mirror.needsWriting = true
    }
    // The time of a scope's folder moves with what is in it: that is the scope's to say.
    if !ObjectKeys.isCopy(key), let object = object(key), !mounts.contains(object),
      let kind = draft.tree.kind(of: object),
      try observe(change).record(
        object, kind: kind, shown: row.stat, isInStep: wasInStep, in: &draft)
    {
      counts.changed += 1
    }
    isThere(change, as: key, named: name, tag: row.contentTag, mayBeSettled: row.isSettled)
  }

  // MARK: Reading

  private func linkTarget(_ change: LocalChange) -> [UInt8]? {
    do {
      return try mirror.root.linkTarget(at: change.path)
    } catch {
      mirror.troubles.append(error)
      return nil
    }
  }

  private func observe(_ change: LocalChange) -> ObservedAttributes {
    var kept: [ExtendedAttribute] = []
    if change.stat.kind != .symlink {
      do {
        let found = try mirror.root.extendedAttributes(at: change.path)
        kept = found.kept
        mirror.notKept += found.notKept.map { NotKept(path: change.path, reason: $0) }
      } catch {
        mirror.troubles.append(error)
      }
    }
    return ObservedAttributes(change.stat, extended: kept)
  }
}

extension FileStat {
  /// Whether another stat shows the same permissions and time.
  func hasShownAttributes(of other: FileStat) -> Bool {
    permissions == other.permissions && modified == other.modified
  }
}

extension Tree {
  /// The copy of a file that a folder shows under a name, when its content is this one.
  func copy(named name: [UInt8], in folder: ObjectID, tag: Bytes32) -> ShownThing? {
    guard ConflictName.isPossible(name) else { return nil }
    return shown(in: folder).first {
      $0.name == name && $0.copy != nil && $0.copy?.tag(of: $0.kind) == tag
    }
  }
}
