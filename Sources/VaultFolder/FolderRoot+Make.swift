internal import Glibc

extension FolderRoot {
  /// Makes a folder of the system, and those above it that are missing; nothing happens to one that
  /// is there.
  ///
  /// The names of those that are made are durable.
  /// - Throws: ``FolderError`` when something else is there, or it is not permitted.
  public static func make(systemPath: [UInt8]) throws(FolderError) {
    var path: [UInt8] = systemPath.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: ".")]
    for name in systemPath.split(separator: UInt8(ascii: "/")) {
      let above = path
      path += [UInt8(ascii: "/")] + name
      let made = mkdir((path + [0]).map { CChar(bitPattern: $0) }, 0o777)
      if made != 0, errno != EEXIST {
        throw FolderError(
          result: -errno, at: nil, action: "make \(TerminalText.escaped(path))")
      }
      if made == 0 { try syncNames(in: above) }
    }
  }

  private static func syncNames(in folder: [UInt8]) throws(FolderError) {
    let path = (folder.isEmpty ? [UInt8(ascii: "/")] : folder) + [0]
    let handle = Glibc.open(
      path.map { CChar(bitPattern: $0) }, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    let isSynced = handle >= 0 && Glibc.fsync(handle) == 0
    let number = errno
    if handle >= 0 { Glibc.close(handle) }
    guard isSynced || number == EACCES else {
      throw FolderError(
        result: -number, at: nil, action: "sync the names in \(TerminalText.escaped(folder))")
    }
  }
}
