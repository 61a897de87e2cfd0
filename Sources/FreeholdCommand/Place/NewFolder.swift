import Freehold
import VaultEncoding
import VaultEnvironment
import VaultFolder

/// A folder that is to be bound to a vault: one that is not there yet, or one that is bound to none
/// and lies in none that is.
struct NewFolder {
  /// Where it lies, from the root down.
  let path: DiskPath
  /// Its own name.
  var ownName: String { String(decoding: path.name, as: UTF8.self) }

  /// Looks whether a typed folder may be bound; makes nothing.
  init(_ typed: String, _ session: Session) throws {
    let bytes = HomePlace.absolute(RawArguments.bytes(of: typed))
    let folder = DiskPath(HomePlace.real(bytes) ?? bytes)
    if let item = try session.environment.disk.item(at: folder), item.kind != .folder {
      throw FreeholdError(.usage, "\(folder) is not a folder")
    }
    var above: DiskPath? = folder
    while let candidate = above {
      if let vault = try VaultPlace.vault(of: candidate, disk: session.environment.disk) {
        let what = candidate == folder ? "a vault already" : "in a vault's folder, \(candidate)"
        throw FreeholdError(
          .usage, "\(folder) is \(what): \(vault.text.suffix(16))",
          hint: "freehold status -C \(candidate) tells about it")
      }
      above = candidate.parent
    }
    path = folder
  }

  private init(path: DiskPath) {
    self.path = path
  }

  /// Whether nothing is in it but what a command that was interrupted has begun there, or it is
  /// missing.
  func isEmpty(_ session: Session) throws -> Bool {
    let disk = session.environment.disk
    guard try disk.exists(path) else { return true }
    return try disk.list(path).allSatisfy { $0.name == VaultPlace.markerFolder }
  }

  /// Makes the folder when it is missing, as open as the user's other folders are; the path has no
  /// links afterwards.
  func make() throws -> NewFolder {
    try FolderRoot.make(systemPath: path.bytes)
    guard let real = HomePlace.real(path.bytes) else {
      throw FreeholdError(.failed, "\(path) is not to be found any more")
    }
    return NewFolder(path: DiskPath(real))
  }
}
