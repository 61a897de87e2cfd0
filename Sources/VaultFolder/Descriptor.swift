internal import CPlatform

/// An open file or folder, closed when the last reference goes.
final class Descriptor: Sendable {
  /// The number that the kernel gave.
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit {
    _ = freehold_close(number)
  }

  /// The stat of what is open here, whatever its name is by now.
  func stat(_ path: @autoclosure () -> FolderPath?) throws(FolderError) -> FileStat {
    var raw = freehold_stat()
    try check(freehold_stat(number, nil, &raw), at: path(), "look at")
    return FileStat(raw)
  }

  /// The stat of a name in this folder, not following a link; nothing when there is none.
  func stat(of name: FileName, in path: FolderPath) throws(FolderError) -> FileStat? {
    var raw = freehold_stat()
    let result = name.withCString { freehold_stat(number, $0, &raw) }
    if result == -NumberOfError.noSuchName { return nil }
    try check(result, at: path.appending(name), "look at")
    return FileStat(raw)
  }
}

/// The system error numbers that this module decides upon.
enum NumberOfError {
  static let notPermitted: Int32 = 1
  static let noSuchName: Int32 = 2
  static let noDescriptor: Int32 = 9
  static let noAccess: Int32 = 13
  static let exists: Int32 = 17
  static let otherDevice: Int32 = 18
  static let notFolder: Int32 = 20
  static let invalid: Int32 = 22
  static let noData: Int32 = 6
  static let tooSmall: Int32 = 34
  static let noCall: Int32 = 38
  static let tooManyLinks: Int32 = 40
  static let noAttribute: Int32 = 61
  static let notSupported: Int32 = 95
}

extension FileName {
  /// Calls with the name as a C string.
  ///
  /// Names have no zero byte, so nothing is cut off.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
      for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      buffer[bytes.count] = 0
      // The allocation is not empty, so it has a start.
      return buffer.baseAddress.map { body($0) } ?? body("")
    }
  }
}
