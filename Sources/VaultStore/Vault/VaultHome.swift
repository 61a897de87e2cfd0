public import VaultEnvironment

/// A vault's home on a device: its lock, its database, its outbox and its cache of packs.
///
///     home/lock       held by the one process that writes
///     home/vault.db   everything but packs
///     home/outbox/    packs that are not yet safe on nodes: the only copy
///     home/packs/     packs that are safe on nodes: a copy that may go
public final class VaultHome: Sendable {
  /// Where the home lies.
  public let path: DiskPath
  /// The database.
  public let database: VaultDatabase
  /// Packs that are not yet safe on nodes.
  public let outbox: PackFolder
  /// Packs that are safe on nodes.
  public let packs: PackFolder

  private let lock: HomeLock?

  /// Opens a home for writing; makes it when there is none.
  ///
  /// Throws `.busy` while another process writes to it. Clears away what a crash has left:
  /// temporary files, packs that were never finished, and files of packs that do not wait here.
  public static func open(_ path: DiskPath, on disk: any Disk) throws -> VaultHome {
    for folder in [path, path.appending("outbox"), path.appending("packs")] {
      try disk.makeFolder(folder)
    }
    let lock = try HomeLock(of: path, on: disk)
    for folder in [path, path.appending("outbox"), path.appending("packs")] {
      _ = try disk.removeLeftovers(in: folder)
    }
    let home = VaultHome(
      path, database: try VaultDatabase(of: path, on: disk), lock: lock, on: disk)
    let hasUnfinished = try home.database.read { try !$0.packs(in: .building).isEmpty }
    if hasUnfinished { try home.database.write { _ = try $0.removeUnfinishedPacks() } }
    try home.clearOutbox()
    return home
  }

  /// Opens a home for reading only, also while another process writes to it.
  public static func openForReading(_ path: DiskPath, on disk: any Disk) throws -> VaultHome {
    VaultHome(
      path, database: try VaultDatabase(of: path, on: disk, isReadOnly: true), lock: nil, on: disk)
  }

  private init(
    _ path: DiskPath, database: VaultDatabase, lock: HomeLock?, on disk: any Disk
  ) {
    self.path = path
    self.database = database
    self.lock = lock
    outbox = PackFolder(path.appending("outbox"), on: disk)
    packs = PackFolder(path.appending("packs"), on: disk)
  }

  /// Removes the files of packs whose row was not written yet, or says already that they are at the
  /// nodes: the run ended in between.
  private func clearOutbox() throws {
    let there = try outbox.packs().map(\.name)
    guard !there.isEmpty else { return }
    let left = try database.read { transaction in
      try there.filter { try transaction.pack(named: $0)?.isLocal != true }
    }
    if !left.isEmpty { try outbox.remove(left) }
  }

  /// Lets go of the lock; the home is not used for writing after that.
  public func close() { lock?.release() }
}
