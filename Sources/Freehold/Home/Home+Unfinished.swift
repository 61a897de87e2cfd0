public import VaultEncoding
public import VaultEnvironment
import VaultStore
public import VaultSync

// What is left when `init`, `join` or `recover` is interrupted.
//
// The idea: a vault that is new here carries a mark from its first row on until it is opened for
// the first time. Opening it takes a bound folder, and the folder is bound last: after the recovery
// sheet, or after the nodes were asked. So a marked vault that no folder is bound to was never
// used. One that `init` made is made anew, because nobody may have its words; one that this device
// was let into is gone on with, and nothing of it is ever removed.

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
  /// How it came here.
  public let origin: Origin
  let path: DiskPath

  /// How a vault came to a device.
  public enum Origin: Hashable, Sendable {
    /// It was founded here. Its recovery sheet was to be at this path; empty when the words were
    /// to be shown.
    case founded(sheet: [UInt8])
    /// Another device let this one in, with this code, or the 24 words did: empty.
    case admitted(ticket: [UInt8])

    // A path never begins with a zero byte.
    private static let admittedMark: UInt8 = 0

    init(mark: [UInt8]) {
      self =
        mark.first == Self.admittedMark
        ? .admitted(ticket: Array(mark.dropFirst())) : .founded(sheet: mark)
    }

    /// What is kept of it in the vault's database.
    var mark: [UInt8] {
      switch self {
      case .founded(let sheet): sheet
      case .admitted(let ticket): [Self.admittedMark] + ticket
      }
    }
  }

  /// Where its recovery sheet was to be; nil for a vault that was not founded here.
  public var sheet: [UInt8]? {
    guard case .founded(let sheet) = origin else { return nil }
    return sheet
  }

  /// Whether it came here with this code.
  public func isAdmitted(with code: LinkCode) -> Bool {
    origin == .admitted(ticket: code.ticket)
  }
}

extension LinkCode {
  /// Which code it was, without its secret.
  var ticket: [UInt8] { Array("\(number)@\(url)".utf8) }
}

extension Home {
  /// The lock's file: held while keys or a vault are being made.
  static let lockName = "lock"
  /// Set in a vault's database while it is being made: `UnfinishedVault.Origin.mark`.
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

  /// The vaults that were to come into this folder and did not.
  ///
  /// Clears away what a still earlier interruption left. Only the holder of the home may call it.
  public func unfinishedVaults(in folder: [UInt8]) throws -> [UnfinishedVault] {
    var found: [UnfinishedVault] = []
    for path in try vaults() {
      switch try state(of: path, folder: folder) {
      case .finished: continue
      case .empty: try discard(path)
      case .unfinished(let vault): found.append(vault)
      }
    }
    return found
  }

  /// Whether a vault is here for good, and not in the making.
  func isFinished(_ vault: DID) throws -> Bool {
    let path = vaultPath(vault)
    guard try environment.disk.exists(path) else { return false }
    let store = try VaultHome.openForReading(path, on: environment.disk)
    return try store.database.read { transaction in
      guard try VaultFacts(transaction) != nil else { return false }
      return try transaction.meta(Self.unfinishedKey) == nil
    }
  }

  /// Removes a vault that was founded here and never used.
  public func discard(_ unfinished: UnfinishedVault) throws {
    guard unfinished.sheet != nil else {
      throw FreeholdError(.failed, "a vault of other devices is not made anew: \(unfinished.path)")
    }
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
    let isBare = names.isSubset(of: Self.bareNames) && packs.isEmpty
    do {
      return try withStore(at: path) { transaction in
        guard let facts = try VaultFacts(transaction) else { return isBare ? .empty : .finished }
        guard let mark = try transaction.meta(Self.unfinishedKey), facts.folder == folder else {
          return .finished
        }
        let found = UnfinishedVault(
          vault: facts.vault, origin: UnfinishedVault.Origin(mark: mark), path: path)
        if found.sheet != nil, !isBare { return .finished }
        return .unfinished(found)
      }
    } catch let error as StoreError where error.code == .busy || !isBare {
      // Somebody works with it, or it is damaged and has more than nothing in it: not ours.
      return .finished
    }
  }

  /// Reads a vault's database.
  ///
  /// Where SQLite was still making it, that is completed first.
  private func withStore<Result>(
    at path: DiskPath, _ body: (VaultTransaction) throws -> Result
  ) throws -> Result {
    let disk = environment.disk
    do {
      return try VaultHome.openForReading(path, on: disk).database.read(body)
    } catch let error as StoreError where error.code == .notFound || error.code == .denied {
      let store = try VaultHome.open(path, on: disk)
      defer { store.close() }
      return try store.database.read(body)
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
