import VaultCRDT
import VaultEncoding

// Looking at what scopes of their own look after, by paths of the vault.

extension Vault {
  /// The scope that looks after a path now, or looked after it at a time, when it is not this one:
  /// where it is, and the path there.
  func inner(
    _ path: VaultPath, at time: Timestamp?
  ) async throws -> (vault: Vault, folder: [[UInt8]], path: VaultPath)? {
    guard let mount = mounts().first(where: { path.names.starts(with: $0.path) }) else {
      return nil
    }
    if time != nil, !mountWasThere(mount, in: try await tree(at: time)) { return nil }
    guard let part = try await part(mount.scope) else {
      throw FreeholdError(
        .refused, "this device has no key for \(mount.shown) yet",
        hint: "freehold sync fetches it; a device that has it seals it to this one")
    }
    return (part, mount.path, VaultPath(Array(path.names.dropFirst(mount.path.count))))
  }

  /// Whether a folder stood for its scope already in a state of the tree.
  func mountWasThere(_ mount: Mount, in past: Tree) -> Bool {
    past.contains(mount.object)
      && past.attribute(of: mount.object, .scope) == mount.scope.bytes
  }
}

extension VaultEntry {
  /// The same thing, seen from further out.
  func below(_ folder: [[UInt8]]) -> VaultEntry {
    var entry = self
    entry.path = folder + path
    return entry
  }
}

extension VaultVersion {
  /// The same version, seen from further out.
  func below(_ folder: [[UInt8]]) -> VaultVersion {
    var version = self
    version.path = folder + path
    return version
  }
}

extension VaultDifference {
  /// The same difference, seen from further out.
  func below(_ folder: [[UInt8]]) -> VaultDifference {
    var difference = self
    difference.path = folder + path
    difference.oldPath = oldPath.map { folder + $0 }
    return difference
  }
}

extension VaultConflict {
  /// The same conflict, seen from further out.
  func below(_ folder: [[UInt8]]) -> VaultConflict {
    var conflict = self
    conflict.path = folder + path
    conflict.versions = versions.map { version in
      var version = version
      version.path = folder + version.path
      return version
    }
    return conflict
  }
}
