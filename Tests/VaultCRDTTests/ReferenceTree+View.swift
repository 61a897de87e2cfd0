import VaultCRDT
import VaultEncoding

extension ReferenceTree {
  /// The moves of an object that took effect, latest first; the last one is its creation.
  private func placements(_ object: ObjectID) -> [Entry] {
    log.filter { $0.object == object && $0.tookEffect }.reversed()
  }

  /// The moves into the trash that followed each other last.
  private func deletions(_ object: ObjectID) -> [Entry] {
    Array(placements(object).prefix { $0.parent == .trash })
  }

  private func creation(_ object: ObjectID) -> Write {
    guard let first = log.first(where: { $0.write.id == object }) else {
      preconditionFailure("\(object) was never created")
    }
    return first.write
  }

  private func home(_ object: ObjectID) -> ObjectID {
    placements(object).first { $0.parent != .trash }?.parent ?? .root
  }

  private func isInTrash(_ object: ObjectID) -> Bool {
    object == .trash || isAncestor(.trash, of: object)
  }

  /// The ancestor, or the object itself, that is directly in the trash.
  private func deletedAncestor(_ object: ObjectID) -> ObjectID {
    var step = object
    while parent(step) != .trash { step = parent(step) }
    return step
  }

  /// Whether somebody put the object, or a folder around it, where it is without having been seen
  /// by those who deleted it.
  private func isUnseen(_ object: ObjectID) -> Bool {
    let deleted = deletedAncestor(object)
    let deletions = deletions(deleted)
    var step = object
    while step != deleted {
      let placement = placements(step)[0].write
      if !deletions.contains(where: { $0.write.hasSeen(placement) }) { return true }
      step = parent(step)
    }
    let scopes = attributes[object]?[.scope] ?? []
    let writes =
      Self.heads(contents[object] ?? []).map(\.0) + Self.heads(scopes).map(\.0)
    return writes.contains { write in !deletions.contains { $0.write.hasSeen(write) } }
  }

  /// The folder that a shown object would be in, before circles are cut.
  private func naturalParent(_ object: ObjectID) -> ObjectID {
    parent(object) == .trash ? home(object) : parent(object)
  }

  /// All shown objects of the trash, each with the folder in which it is shown.
  private func rescued() -> [ObjectID: ObjectID] {
    var shown: [ObjectID: ObjectID] = [:]
    for object in kinds.keys where object != .trash && isInTrash(object) && isUnseen(object) {
      var step = object
      while isInTrash(step), shown[step] == nil {
        shown[step] = naturalParent(step)
        step = naturalParent(step)
      }
    }
    cutCircles(&shown)
    return shown
  }

  /// Of each circle, the earliest created of those that are directly in the trash goes to the root.
  private func cutCircles(_ shown: inout [ObjectID: ObjectID]) {
    for start in Array(shown.keys) {
      var circle: [ObjectID] = []
      var step = start
      while let parent = shown[step], !circle.contains(step) {
        circle.append(step)
        step = parent
      }
      guard step == start, !circle.isEmpty else { continue }
      let oldest = circle.filter { parents[$0] == .trash }
        .min { creation($0).precedes(creation($1)) }
      if let oldest { shown[oldest] = .root }
    }
  }

  // MARK: - View

  /// All that a person can see.
  var view: TreeView {
    let rescued = rescued()
    var folders: [ObjectID: [ObjectID]] = [:]
    var view = TreeView()
    for object in kinds.keys where object != .root && object != .trash {
      if let parent = rescued[object] {
        folders[parent, default: []].append(object)
      } else if !isInTrash(object) {
        folders[parent(object), default: []].append(object)
      } else if parents[object] == .trash || rescued[parent(object)] != nil {
        view.trashed.insert(object)
      }
    }
    list(.root, path: [], folders, &view)
    for (object, keys) in attributes where object == .root || view.places[object] != nil {
      for (key, writes) in keys {
        view.attributes[object, default: [:]][key] = Self.heads(writes)[0].1
      }
    }
    for (key, writes) in settings { view.settings[key] = Self.heads(writes)[0].1 }
    return view
  }

  private func list(
    _ folder: ObjectID, path: [[UInt8]], _ folders: [ObjectID: [ObjectID]],
    _ view: inout TreeView
  ) {
    for (object, name) in visibleNames(folders[folder] ?? []) {
      view.places[object] = TreeView.Place(path: path + [name], kind: kinds[object] ?? .file)
      view.contents[object] = Self.heads(contents[object] ?? []).map(\.1)
      list(object, path: path + [name], folders, &view)
    }
  }

  private func visibleNames(_ siblings: [ObjectID]) -> [ObjectID: [UInt8]] {
    func claim(_ object: ObjectID) -> Write {
      let placement = placements(object)[0].write
      let naming = naming(object).write
      return placement.precedes(naming) ? naming : placement
    }
    let sorted = siblings.sorted { claim($0).precedes(claim($1)) }
    let wanted = Set(siblings.map(wantedName))
    var given: [ObjectID: [UInt8]] = [:]
    for object in sorted where !given.values.contains(wantedName(object)) {
      given[object] = wantedName(object)
    }
    for object in sorted where given[object] == nil {
      let label = String(claim(object).id.replica.hex.prefix(8))
      var attempt = 1
      var name = marked(object, label, attempt)
      while wanted.contains(name) || given.values.contains(name) {
        attempt += 1
        name = marked(object, label, attempt)
      }
      given[object] = name
    }
    return given
  }

  /// `base (conflict, label).ext`; the names of random histories are short.
  private func marked(_ object: ObjectID, _ label: String, _ attempt: Int) -> [UInt8] {
    let name = text(wantedName(object))
    let mark = attempt == 1 ? " (conflict, \(label))" : " (conflict, \(label), \(attempt))"
    guard kinds[object] != .folder, let dot = name.lastIndex(of: "."), dot > name.startIndex
    else { return (name + mark).bytes }
    return (name[..<dot] + mark + name[dot...]).bytes
  }
}
