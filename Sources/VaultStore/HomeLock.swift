public import VaultEnvironment

/// Held by the one process that writes to a home: a vault's on a device, or a node's data folder.
///
/// The kernel lets go of it when the process ends, however that happens, so a crash leaves nothing
/// to clean up. Readers do not need it.
public final class HomeLock: Sendable {
  /// The lock's file in the home.
  public static let fileName = "lock"

  private let lock: any DiskLock

  /// Takes the lock; throws `.busy`, naming the process that has it, without waiting.
  public init(of home: DiskPath, on disk: any Disk) throws {
    do {
      lock = try disk.lock(home.appending(Self.fileName))
    } catch let error as DiskError where error.code == .busy {
      let who = error.holder.map { "process \($0)" } ?? "another process"
      throw StoreError(.busy, "\(who) is writing to this home: \(home)")
    }
  }

  /// Lets go now instead of at the end of this object's life.
  public func release() { lock.release() }
}
