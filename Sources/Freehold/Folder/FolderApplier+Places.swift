import VaultCRDT
import VaultEncoding
import VaultFolder

extension FolderApplier {
  private enum Outcome {
    case done
    /// Something has to move first: this row, if it is one that moves too.
    case blocked(by: FolderKey?)
    case failed
  }

  private struct PlaceKey: Hashable {
    var parent: FolderKey
    var name: FileName
  }

  /// Makes folders and moves things, each when its place is free.
  func putInPlace() throws {
    var pending = plan.places
    while !pending.isEmpty {
      var blockers: Set<FolderKey> = []
      var left: [FolderPlan.Place] = []
      for place in pending {
        switch try put(place) {
        case .done: break
        case .failed: isUnfinished = true
        case .blocked(let key):
          left.append(place)
          if let key { blockers.insert(key) }
        }
      }
      if left.count == pending.count {
        guard try makeWay(blockers, left) else {
          isUnfinished = true
          return try takeBack(left)
        }
      }
      // What was blocked by what came later goes the other way round.
      pending = left.count > Self.ringsMany ? left.reversed() : left
    }
  }

  private func put(_ place: FolderPlan.Place) throws -> Outcome {
    guard let folder = mirror.index.path(of: place.parent) else { return .blocked(by: nil) }
    let row = mirror.index.object(place.key)
    if !place.isNew {
      guard let row else { return .failed }
      if row.stat.kind == .folder, lies(place.parent, in: place.key) {
        return .blocked(by: place.parent)
      }
    }
    if let there = mirror.index.object(in: place.parent, named: place.name), there.key != place.key
    {
      guard plan.doomed.contains(there.key) else { return .blocked(by: there.key) }
      if place.isNew, there.stat.kind == .folder { return try take(there, for: place) }
      if let outcome = try clear(there) { return outcome }
    }
    let path = folder.appending(place.name)
    return try place.isNew ? make(place, at: path) : move(place, to: path)
  }

  /// Whether a row lies in a folder, however deep, or is it.
  private func lies(_ key: FolderKey, in folder: FolderKey) -> Bool {
    var step: FolderKey? = key
    while let next = step, next != ObjectKeys.root {
      if next == folder { return true }
      step = mirror.index.object(next)?.parent
    }
    return false
  }

  /// A folder that is gone from the tree is taken for the one that is to be at its place.
  private func take(_ there: IndexedObject, for place: FolderPlan.Place) throws -> Outcome {
    guard mirror.index.rekey(there.key, to: place.key) else { return .failed }
    plan.doomed.remove(there.key)
    plan.attributes.append((place.key, place.thing))
    counts.added += 1
    counts.deleted += 1
    return .done
  }

  /// Removes what is gone from the tree and in the way; nil when the place is free.
  private func clear(_ there: IndexedObject) throws -> Outcome? {
    guard there.stat.kind == .folder else {
      return try remove(there.key) ? nil : .failed
    }
    var rows = [there.key]
    var next = 0
    while next < rows.count {
      for child in mirror.index.children(of: rows[next]) {
        guard plan.doomed.contains(child.key) else { return .blocked(by: child.key) }
        rows.append(child.key)
      }
      next += 1
    }
    for key in rows.reversed() where try !remove(key) { return .failed }
    return nil
  }

  private func make(_ place: FolderPlan.Place, at path: FolderPath) throws -> Outcome {
    var stat: FileStat?
    // A folder that is there, such as an ignored one, is taken.
    let isDone = try attempt { () throws(FolderError) in
      stat = try writer.makeFolder(
        at: path, attributes: attributes(of: place.thing), expecting: .anything)
    }
    guard isDone, let stat else { return .failed }
    try note(place.key, in: place.parent, place.name, stat, tag: [])
    counts.added += 1
    return .done
  }

  private func move(_ place: FolderPlan.Place, to path: FolderPath) throws -> Outcome {
    guard try moveRow(place.key, to: path, in: place.parent, place.name) else { return .failed }
    waiting.remove(place.key)
    changed.insert(place.key)
    return .done
  }

  private func moveRow(
    _ key: FolderKey, to path: FolderPath, in parent: FolderKey, _ name: FileName
  ) throws -> Bool {
    guard let row = mirror.index.object(key), let old = mirror.index.path(of: key) else {
      return false
    }
    var stat: FileStat?
    let isDone = try attempt { () throws(FolderError) in
      stat = try writer.move(from: old, to: path, expecting: .unchanged(row.stat))
    }
    guard isDone, let stat else { return false }
    try note(key, in: parent, name, stat, tag: row.contentTag)
    if stat.kind != .folder { try lookAgain(atNamesOf: stat, but: key) }
    return true
  }

  // MARK: Rings

  /// Moves one of those that are in each other's way aside; false when that would help nobody.
  ///
  /// Of many all at once: there may be as many rings.
  private func makeWay(
    _ blockers: Set<FolderKey>, _ pending: [FolderPlan.Place]
  ) throws -> Bool {
    var isWayMade = false
    for place in pending where !place.isNew && !waiting.contains(place.key) {
      guard blockers.contains(where: { lies($0, in: place.key) || $0 == place.key }) else {
        continue
      }
      let name = WaitingName.make(using: &generator)
      if try moveRow(place.key, to: FolderPath([name]), in: ObjectKeys.root, name) {
        waiting.insert(place.key)
        isWayMade = true
        if pending.count <= Self.ringsMany { break }
      }
    }
    return isWayMade
  }

  private static let ringsMany = 64

  /// Brings what waits for a place that does not come free to a name that people know.
  private func takeBack(_ pending: [FolderPlan.Place]) throws {
    for place in pending {
      let shown = FolderPath([place.name]).escapedForTerminal
      problems.append(
        Problem(
          .warning, .partial, "\(shown) cannot be put into its place: something is in the way",
          hint: "freehold sync tries it again"))
      guard waiting.contains(place.key) else { continue }
      for attempt in 1...99 {
        let name = FileName(place.name.bytes.prefix(240) + Array(" (moved \(attempt))".utf8))
        guard let name, mirror.index.object(in: ObjectKeys.root, named: name) == nil else {
          continue
        }
        if try moveRow(place.key, to: FolderPath([name]), in: ObjectKeys.root, name) { break }
      }
    }
  }
}
