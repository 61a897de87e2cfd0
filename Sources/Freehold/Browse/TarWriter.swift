import CArchive
import VaultFolder

/// Writes a tar file in the pax format through libarchive: names of any bytes, nanoseconds, user
/// attributes, hard links and files of any length.
final class TarWriter {
  private let archive: OpaquePointer

  /// Makes the file; throws when it is there already or cannot be made.
  init(systemPath: [UInt8]) throws {
    guard let archive = archive_write_new() else {
      throw FreeholdError(.failed, "libarchive gives no archive")
    }
    self.archive = archive
    archive_write_set_format_pax_restricted(archive)
    try check(
      systemPath.withCString { archive_write_open_filename(archive, $0) }, "make the archive")
  }

  deinit {
    archive_write_free(archive)
  }

  /// What an entry is.
  enum Body {
    case folder
    case symlink(target: [UInt8])
    case hardLink(target: [UInt8])
    case file(sizeBytes: Int)
  }

  /// Begins an entry; a file's bytes follow.
  func begin(_ path: [UInt8], _ body: Body, _ attributes: FileAttributes) throws {
    guard let entry = archive_entry_new() else {
      throw FreeholdError(.failed, "libarchive gives no entry")
    }
    defer { archive_entry_free(entry) }
    path.withCString { archive_entry_copy_pathname(entry, $0) }
    var permissions = attributes.permissions ?? 0o644
    switch body {
    case .folder:
      archive_entry_set_filetype(entry, 0o040000)
      permissions = attributes.permissions ?? 0o755
    case .symlink(let target):
      archive_entry_set_filetype(entry, 0o120000)
      target.withCString { archive_entry_copy_symlink(entry, $0) }
      permissions = 0o777
    case .hardLink(let target):
      archive_entry_set_filetype(entry, 0o100000)
      target.withCString { archive_entry_copy_hardlink(entry, $0) }
    case .file(let size):
      archive_entry_set_filetype(entry, 0o100000)
      archive_entry_set_size(entry, Int64(size))
    }
    archive_entry_set_perm(entry, mode_t(permissions))
    if let time = attributes.modified {
      archive_entry_set_mtime(entry, time_t(time.seconds), Int(time.nanoseconds))
    }
    for attribute in attributes.extended ?? [] {
      attribute.name.withCString { name in
        attribute.value.withUnsafeBytes {
          archive_entry_xattr_add_entry(entry, name, $0.baseAddress, $0.count)
        }
      }
    }
    try check(archive_write_header(archive, entry), "write a header")
  }

  /// Adds bytes to the file that was begun.
  func write(_ bytes: [UInt8]) throws {
    let written = bytes.withUnsafeBytes {
      archive_write_data(archive, $0.baseAddress, $0.count)
    }
    guard written == bytes.count else { try fail("write to the archive") }
  }

  /// Ends the archive.
  func close() throws {
    try check(archive_write_close(archive), "finish the archive")
  }

  private func check(_ result: Int32, _ action: String) throws {
    guard result == ARCHIVE_OK || result == ARCHIVE_WARN else { try fail(action) }
  }

  private func fail(_ action: String) throws -> Never {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    throw FreeholdError(.failed, "cannot \(action): \(reason)")
  }
}

extension [UInt8] {
  /// The bytes as a C string; what is behind a zero byte is cut off.
  fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let characters = map { CChar(bitPattern: $0) } + [0]
    return characters.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("a zero byte is there") }
      return body(base)
    }
  }
}
