internal import Glibc

extension FolderRoot {
  /// Makes a folder of the system, and those above it that are missing; nothing happens to one that
  /// is there.
  /// - Throws: ``FolderError`` when something else is there, or it is not permitted.
  public static func make(systemPath: [UInt8]) throws(FolderError) {
    var path: [UInt8] = systemPath.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: ".")]
    for name in systemPath.split(separator: UInt8(ascii: "/")) {
      path += [UInt8(ascii: "/")] + name
      let made = mkdir((path + [0]).map { CChar(bitPattern: $0) }, 0o777)
      if made != 0, errno != EEXIST {
        throw FolderError(
          result: -errno, at: nil, action: "make \(TerminalText.escaped(path))")
      }
    }
  }
}
