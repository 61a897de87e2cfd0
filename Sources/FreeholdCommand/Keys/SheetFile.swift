import Freehold
import Glibc
import VaultEnvironment

/// The file of a recovery sheet.
///
/// It is made and filled with blanks before the words are drawn, so that a
/// full disk or a forbidden folder is known before there is anything to lose. Mode 0600; a file
/// that is there is never touched.
final class SheetFile {
  private static let reservedBytes = 4096

  /// Where it lies.
  let path: DiskPath
  private var file: Int32
  private var isWritten = false

  /// Makes the file.
  init(_ path: [UInt8]) throws {
    self.path = DiskPath(path)
    file = open(
      self.path.bytes.map { CChar(bitPattern: $0) } + [0],
      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      let isThere = errno == EEXIST
      throw FreeholdError(
        .usage,
        isThere
          ? "\(self.path) is there already" : "the recovery sheet cannot be made: \(self.path)",
        hint: isThere ? "a recovery sheet never replaces a file" : "is its folder there?")
    }
    do {
      try put(Array(repeating: UInt8(ascii: " "), count: Self.reservedBytes))
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
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func put(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(offset))
      }
      guard count > 0 else {
        throw FreeholdError(.noSpace, "no space for the recovery sheet: \(path)")
      }
      offset += count
    }
    guard ftruncate(file, off_t(bytes.count)) == 0, fsync(file) == 0 else {
      throw FreeholdError(.failed, "the recovery sheet cannot be kept: \(path)")
    }
  }

  /// Removes the file unless the sheet is in it.
  private func discard() {
    guard file >= 0 else { return }
    close(file)
    file = -1
    if !isWritten { unlink(path.bytes.map { CChar(bitPattern: $0) } + [0]) }
  }
}
