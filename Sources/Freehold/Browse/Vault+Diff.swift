import VaultCRDT
public import VaultEncoding

/// A difference between two states of a vault.
public struct VaultDifference: Hashable, Sendable {
  /// What differs.
  public enum Change: String, Hashable, Sendable {
    /// It is there now and was not.
    case added
    /// It was there and is not.
    case deleted
    /// Its content differs.
    case changed
    /// It has another name or place.
    case moved
    /// Mode, time or attributes differ.
    case attributes
  }
  /// What differs.
  public var change: Change
  /// Where it is now, or was.
  public var path: [[UInt8]]
  /// Where it was before, when it was moved.
  public var oldPath: [[UInt8]]?
}

extension Vault {
  /// What differs below a path between the vault at a time and the vault now.
  public func diff(
    _ path: VaultPath, since time: Timestamp
  ) async throws -> [VaultDifference] {
    var found = try await ownDiff(path, since: time)
    for (mount, part) in try await openParts() {
      let isInside = mount.path.starts(with: path.names)
      guard isInside || path.names.starts(with: mount.path) else { continue }
      let rest = isInside ? [] : Array(path.names.dropFirst(mount.path.count))
      found += try await part.diff(VaultPath(rest), since: time).map { $0.below(mount.path) }
    }
    return found
  }

  private func ownDiff(
    _ path: VaultPath, since time: Timestamp
  ) async throws -> [VaultDifference] {
    let past = try await tree(at: time)
    let before = Self.objects(in: past)
    let now = Self.objects(in: tree)
    var found: [VaultDifference] = []
    for (object, place) in now {
      guard let old = before[object] else {
        found.append(VaultDifference(change: .added, path: place))
        continue
      }
      if old != place {
        found.append(VaultDifference(change: .moved, path: place, oldPath: old))
      }
      if past.contentTag(of: object) != tree.contentTag(of: object) {
        found.append(VaultDifference(change: .changed, path: place))
      } else if past.fileAttributes(of: object) != tree.fileAttributes(of: object) {
        found.append(VaultDifference(change: .attributes, path: place))
      }
    }
    for (object, place) in before where now[object] == nil {
      found.append(VaultDifference(change: .deleted, path: place))
    }
    return found.filter { $0.path.starts(with: path.names) }.sorted {
      $0.path.flatMap { $0 + [0] }.lexicographicallyPrecedes($1.path.flatMap { $0 + [0] })
    }
  }

  /// Every shown object and its path.
  private static func objects(in tree: Tree) -> [ObjectID: [[UInt8]]] {
    var paths: [ObjectID: [[UInt8]]] = [:]
    tree.forEachFolder { folder, children in
      let base = paths[folder] ?? []
      for child in children { paths[child.object] = base + [child.name] }
    }
    return paths
  }
}
