import Synchronization

/// A file that is being written piece by piece and appears under its name all at once.
///
/// Nothing is visible before `commit()`; dropped without it, nothing remains.
public final class DurableFile: Sendable {
  /// Where the file will appear.
  public let path: DiskPath

  private let temporary: DiskPath
  private let disk: DurableDisk
  private let state: Mutex<State>

  private struct State {
    var handle: DiskHandle?
    var sizeBytes: UInt64 = 0
  }

  init(path: DiskPath, temporary: DiskPath, handle: DiskHandle, disk: DurableDisk) {
    self.path = path
    self.temporary = temporary
    self.disk = disk
    state = Mutex(State(handle: handle))
  }

  deinit { discard() }

  /// How many bytes have been appended.
  public var sizeBytes: UInt64 { state.withLock { $0.sizeBytes } }

  /// Writes behind what is there.
  ///
  /// After an error the file is discarded.
  public func append(_ bytes: [UInt8]) throws {
    do {
      try state.withLock { state in
        guard let handle = state.handle else { throw closedError }
        try disk.append(bytes, to: handle)
        state.sizeBytes += UInt64(bytes.count)
      }
    } catch {
      discard()
      throw error
    }
  }

  /// Makes the file durable and gives it its name, in place of what had it.
  public func commit() throws {
    do {
      try state.withLock { state in
        guard let handle = state.handle else { throw closedError }
        try disk.requireTrusted(path)
        try disk.sync(handle, of: path)
        disk.calls.close(handle)
        state.handle = nil
        try disk.calls.rename(temporary, to: path)
      }
    } catch {
      discard()
      throw error
    }
    try disk.syncFolders(of: [path])
  }

  /// Throws the file away, unless it was committed.
  ///
  /// Calling it again does nothing.
  public func discard() {
    state.withLock { state in
      guard let handle = state.handle else { return }
      disk.calls.close(handle)
      state.handle = nil
      // Nothing reads this name, and the next start removes leftovers.
      try? disk.calls.unlink(temporary)
    }
  }

  private var closedError: DiskError {
    DiskError(.invalidPath, at: path, "the file was committed or discarded before")
  }
}
