import CPlatform
import Glibc
import Synchronization

/// An flock: the kernel drops it when the process ends, however that happens.
///
/// The lock file holds the holder's process number, only so that the loser can name it. The file
/// is never removed: two processes could then each lock a file of that name.
final class KernelLock: DiskLock {
  private let descriptor: Mutex<Int32?>

  /// Locks an open file, or closes it and throws `.busy`.
  init(_ file: Int32, at path: DiskPath) throws {
    let result = freehold_lock(file)
    guard result == 0 else {
      let holder = Self.holder(in: file)
      close(file)
      guard result == -EWOULDBLOCK else { throw PosixFailure(-result, "lock", path).error }
      let who = holder.map { "process \($0)" } ?? "another process"
      throw DiskError(.busy, at: path, "\(who) is using this", holder: holder)
    }
    let text = Array("\(getpid())\n".utf8)
    // Only a hint for people: the lock holds whether or not the number could be written.
    if ftruncate(file, 0) == 0 { _ = pwrite(file, text, text.count, 0) }
    descriptor = Mutex(file)
  }

  deinit { release() }

  func release() {
    descriptor.withLock { descriptor in
      guard let file = descriptor else { return }
      // The number goes first, so that it never names a process that has let go.
      _ = ftruncate(file, 0)
      close(file)
      descriptor = nil
    }
  }

  /// The process number in the lock file, when such a process runs.
  private static func holder(in file: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(file, &text, text.count, 0)
    guard count > 0, let line = String(validating: text[..<count], as: UTF8.self),
      let number = Int32(line.prefix { $0 != "\n" }), number > 0
    else { return nil }
    // EPERM: it runs, as somebody else.
    return kill(number, 0) == 0 || errno == EPERM ? number : nil
  }
}
