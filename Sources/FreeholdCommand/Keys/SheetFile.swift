import Freehold
import Glibc
import VaultEnvironment

/// The file of a recovery sheet.
///
/// It is made and filled with blanks before the words are drawn, so that a
/// full disk or a forbidden folder is known before there is anything to lose. Mode 0600; a file
/// that is there is never touched, but for the blanks of a run that was interrupted.
final class SheetFile {
  /// No sheet is longer.
  static let bytesMax = 4096

  /// Where it lies.
  let path: DiskPath
  private var file: Int32
  private var isWritten = false

  /// Makes the file; `isLeft` says that the one that is there is of an interrupted run.
  init(_ path: DiskPath, isLeft: Bool) throws {
    self.path = path
    let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
    let flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC
    file = open(name, flags | O_CREAT | O_EXCL, 0o600)
    if file < 0, errno == EEXIST {
      file = open(name, flags | O_NONBLOCK)
      if file >= 0, !Self.isOwn(file, isLeft: isLeft) {
        close(file)
        file = -1
        errno = EEXIST
      }
    }
    guard file >= 0 else {
      let isThere = errno == EEXIST
      throw FreeholdError(
        .usage,
        isThere
          ? "\(self.path) is there already" : "the recovery sheet cannot be made: \(self.path)",
        hint: isThere ? "a recovery sheet never replaces a file" : "is its folder there?")
    }
    do {
      try put(Array(repeating: UInt8(ascii: " "), count: Self.bytesMax))
    } catch {
      discard()
      throw error
    }
  }

  deinit { discard() }

  /// Puts the sheet in place of the blanks, durably.
  func write(_ text: String) throws {
    try put(Array(text.utf8))
    isWritten = true
    close(file)
    file = -1
    guard let parent = path.parent else { return }
    let folder = open(
      parent.bytes.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw notKept() }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw notKept() }
  }

  /// Whether an open file holds nothing but what an interrupted run has put there.
  private static func isOwn(_ file: Int32, isLeft: Bool) -> Bool {
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      facts.st_mode & 0o7777 == 0o600, facts.st_uid == geteuid(), facts.st_size <= bytesMax
    else { return false }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count >= 0 else { return false }
    return isLeft || bytes[..<count].allSatisfy { $0 == UInt8(ascii: " ") }
  }

  private func put(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(offset))
      }
      guard count > 0 else { throw notKept() }
      offset += count
    }
    guard ftruncate(file, off_t(bytes.count)) == 0, fsync(file) == 0 else { throw notKept() }
  }

  /// Why the last call of the system failed.
  private func notKept() -> FreeholdError {
    let isFull = [ENOSPC, EDQUOT, EFBIG].contains(errno)
    return FreeholdError(
      isFull ? .noSpace : .failed,
      isFull
        ? "no space for the recovery sheet: \(path)"
        : "the recovery sheet cannot be kept, the device failed: \(path)",
      hint: isFull
        ? "make room there or name another place with --recovery-out, then try again"
        : "name another place with --recovery-out")
  }

  /// Removes the file unless the sheet is in it.
  private func discard() {
    guard file >= 0 else { return }
    close(file)
    file = -1
    if !isWritten { unlink(path.bytes.map { CChar(bitPattern: $0) } + [0]) }
  }
}
