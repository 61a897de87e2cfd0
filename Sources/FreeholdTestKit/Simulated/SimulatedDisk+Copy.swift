import GRDB
import Synchronization
import VaultEnvironment

extension SimulatedDisk {
  /// Everything that was on a medium at some moment, as a backup keeps it.
  public struct Copy: Sendable {
    fileprivate let fileSystem: SimulatedFileSystem
    fileprivate let databases: [SimulatedFileSystem.Inode: DatabaseSlot]
  }

  /// A copy of everything that is on the medium now.
  public func copy() throws -> Copy {
    try state.withLock { state in
      var fileSystem = state.fileSystem
      fileSystem.syncEverything()
      return Copy(fileSystem: fileSystem, databases: try state.databases.mapValues(Self.copied))
    }
  }

  /// Puts a copy back in place of everything; the machine is off then.
  ///
  /// A copy can be put back once: the databases in it live on.
  public func putBack(_ copy: Copy) {
    state.withLock { state in
      state.fileSystem = copy.fileSystem
      state.databases = copy.databases
      state.handles = [:]
      state.locks = [:]
      state.isOff = true
    }
  }

  /// A database in memory with the same content, or an empty slot for an empty one.
  private static func copied(_ slot: DatabaseSlot) throws -> DatabaseSlot {
    let source = try slot.value { try DatabaseQueue() }
    let target = try DatabaseQueue(configuration: source.configuration)
    try source.backup(to: target)
    let copy = DatabaseSlot()
    _ = copy.value { target }
    return copy
  }
}
