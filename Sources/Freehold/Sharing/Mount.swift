import VaultCRDT
import VaultEncoding
import VaultFolder
import VaultPolicy

/// A folder of a tree that stands for a scope: what is in it is that scope's
/// (docs/spec/sharing.md).
struct Mount: Hashable, Sendable {
  /// The scope.
  let scope: ScopeID
  /// The folder.
  let object: ObjectID
  /// Where it is in the tree, by the names that are shown.
  let path: [[UInt8]]
}

extension Vault {
  /// The folders of this tree that stand for scopes, by path.
  ///
  /// A folder inside such a folder is none: it is a stray of a device that had not heard. Of
  /// several folders for one scope the first counts.
  func mounts() -> [Mount] {
    var found: [Mount] = []
    for record in policy.state.scopes where record.scope != scope {
      let folders = tree.objects(with: .scope, equalTo: record.scope.bytes)
        .filter { tree.kind(of: $0) == .folder && tree.attribute(of: $0, .scope) != nil }
      guard let folder = folders.first, let path = tree.path(of: folder) else { continue }
      found.append(Mount(scope: record.scope, object: folder, path: path))
    }
    let paths = Set(found.map(\.path))
    return found.filter { mount in
      !mount.path.isEmpty
        && !mount.path.indices.dropFirst().contains { paths.contains(Array(mount.path[..<$0])) }
    }.sorted { $0.path.lexicographicallyPrecedes($1.path) { $0.lexicographicallyPrecedes($1) } }
  }
}

/// Where scopes' folders are on the disk, so that the scan around them leaves them alone.
///
/// By what the index knows of the folder, which a user's renaming does not change, and by path:
/// a lost index must not make another scope's files the surrounding one's.
struct MountedPlaces {
  private var inodes: Set<[UInt64]> = []
  private var paths: Set<FolderPath> = []

  init(_ mirror: FolderMirror) {
    for mount in mirror.mounts {
      paths.insert(FolderPath(mount.path.compactMap { FileName($0) }))
      if let row = mirror.index.object(mirror.keys.key(mount.object)) {
        inodes.insert([row.stat.device, row.stat.inode])
      }
    }
  }

  func contains(_ path: FolderPath, _ stat: FileStat) -> Bool {
    paths.contains(path) || inodes.contains([stat.device, stat.inode])
  }
}
