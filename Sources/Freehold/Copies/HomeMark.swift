import VaultEncoding
import VaultEnvironment
import VaultStore

/// Tells a vault's home from a copy of it, and from one that came out of a backup.
///
/// The home has a small file that is written once, and its database knows which file that is:
/// machine, and the moment at which the file system made it. Both are copied with the home, but the
/// copy of the file is another file. Moving the home within its file system changes nothing.
///
/// What this does not see, a copied disk or a machine that went back to a snapshot, the nodes show:
/// see `Vault+Succession`.
enum HomeMark {
  private static let fileName = "original"
  private static let key = "home-mark"
  private static let text = """
    This file tells Freehold that this folder is the first of its kind. A copy of the folder is
    noticed by it, and becomes a new device of the vault: two devices must never have one name.

    """

  /// Whether the home is a copy; marks it when it was never marked.
  static func isCopy(_ home: VaultHome, on disk: any Disk) throws -> Bool {
    guard let known = try home.database.read({ try $0.meta(Self.key) }) else {
      let mark = try make(home, on: disk)
      try home.database.write { try $0.setMeta(Self.key, to: mark) }
      return false
    }
    return try disk.identity(of: path(home)) != known
  }

  /// Writes a new file, whose mark is to be kept with `keep`.
  static func make(_ home: VaultHome, on disk: any Disk) throws -> [UInt8] {
    try disk.writeDurably(path(home), Array(text.utf8))
    guard let mark = try disk.identity(of: path(home)) else {
      throw FreeholdError(.failed, "the file \(path(home)) is gone as soon as it is written")
    }
    return mark
  }

  /// Takes a mark for this home's from now on.
  static func keep(_ mark: [UInt8], _ transaction: VaultTransaction) throws {
    try transaction.setMeta(key, to: mark)
  }

  private static func path(_ home: VaultHome) -> DiskPath { home.path.appending(fileName) }
}
