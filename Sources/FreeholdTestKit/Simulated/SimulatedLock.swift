import Synchronization
import VaultEnvironment

/// A lock of a simulated machine; a crash takes it away.
final class SimulatedLock: DiskLock {
  private let path: DiskPath
  private let medium: SimulatedDisk
  private let start: Int
  private let isHeld = Mutex(true)

  init(of path: DiskPath, on medium: SimulatedDisk, start: Int) {
    self.path = path
    self.medium = medium
    self.start = start
  }

  deinit { release() }

  func release() {
    let wasHeld = isHeld.withLock { isHeld in
      defer { isHeld = false }
      return isHeld
    }
    guard wasHeld else { return }
    medium.state.withLock { state in
      // After a crash the lock may belong to the next start.
      if state.locks[path] == start { state.locks[path] = nil }
    }
  }
}
