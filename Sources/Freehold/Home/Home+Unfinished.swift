public import VaultEncoding
public import VaultEnvironment
import VaultStore

// What is left when the making of a vault is interrupted.
//
// The idea: a new vault carries a mark from its first row on until it is opened for the first
// time. Opening it takes a bound folder, and a folder is bound only when the recovery sheet is
// written. So a marked vault that no folder is bound to was never used, and nobody may have its
// words: it is made anew.

extension FreeholdError {
  /// A vault's folder without the vault in it.
  static func notFinished(_ path: DiskPath) -> FreeholdError {
    FreeholdError(
      .noSuchVault, "the vault in \(path) was never finished, or its database is gone",
      hint: "the nodes have all that was synced: freehold join or recover, with another home")
  }
}

/// A vault whose making was interrupted.
public struct UnfinishedVault: Hashable, Sendable {
  /// The vault.
  public let vault: DID
  /// Where its recovery sheet was to be; empty when the words were to be shown.
  public let sheet: [UInt8]
  let path: DiskPath
}

extension Home {
  /// The lock's file: held while keys or a vault are being made.
  static let lockName = "lock"
  /// Set in a vault's database while it is being made: the path of its recovery sheet.
  static let unfinishedKey = "unfinished"
  /// What a vault's folder holds before anything of worth is in it.
  private static let bareNames: Set<String> = [
    "lock", "original", "outbox", "packs", "vault.db", "vault.db-journal", "vault.db-wal",
    "vault.db-shm",
  ]

  /// Keeps others from making keys or a vault here at the same time; throws `.busy`.
  public func hold() throws -> any DiskLock {
    try environment.disk.makeFolder(path)
    do {
      let lock = try environment.disk.lock(path.appending(Self.lockName))
      _ = try environment.disk.removeLeftovers(in: path)
      return lock
    } catch let error as DiskError where error.code == .busy {
      throw FreeholdError(
        .busy, "another process is making a vault in \(path)",
        hint: "wait until it is done, then try again")
    }
  }

  /// The vault whose making in this folder was interrupted; nil when there is none.
  ///
  /// Clears away what a still earlier interruption left. Only the holder of the home may call it.
  public func unfinishedVault(in folder: [UInt8]) throws -> UnfinishedVault? {
    var found: UnfinishedVault?
    for path in try vaults() {
      switch try state(of: path, folder: folder) {
      case .finished: continue
      case .empty: try discard(path)
      case .unfinished(let vault): found = vault
      }
    }
    return found
  }

  /// Removes a vault that was never used.
  public func discard(_ unfinished: UnfinishedVault) throws {
    try discard(unfinished.path)
  }

  private enum VaultState {
    case finished
    case empty
    case unfinished(UnfinishedVault)
  }

  private func state(of path: DiskPath, folder: [UInt8]) throws -> VaultState {
    let disk = environment.disk
    let names = Set(try disk.list(path).map { String(decoding: $0.name, as: UTF8.self) })
    let packs = try ["outbox", "packs"].filter(names.contains).flatMap {
      try disk.list(path.appending($0))
    }
    guard names.isSubset(of: Self.bareNames), packs.isEmpty else { return .finished }
    do {
      let store = try VaultHome.openForReading(path, on: disk)
      return try store.database.read { transaction in
        guard let facts = try VaultFacts(transaction) else { return .empty }
        guard let sheet = try transaction.meta(Self.unfinishedKey), facts.folder == folder else {
          return .finished
        }
        return .unfinished(UnfinishedVault(vault: facts.vault, sheet: sheet, path: path))
      }
    } catch let error as StoreError where error.code == .notFound {
      return .empty
    }
  }

  /// Removes the folder of a vault that nothing is in; leaves it to a process that has it open.
  private func discard(_ path: DiskPath) throws {
    let disk = environment.disk
    let lock: HomeLock
    do {
      lock = try HomeLock(of: path, on: disk)
    } catch let error as StoreError where error.code == .busy {
      return
    }
    for item in try disk.list(path) where item.kind == .folder {
      let folder = path.appending(item.name)
      _ = try disk.removeLeftovers(in: folder)
      try disk.removeFolder(folder)
    }
    _ = try disk.removeLeftovers(in: path)
    try disk.remove(try disk.list(path).map { path.appending($0.name) })
    lock.release()
    try disk.removeFolder(path)
  }
}
