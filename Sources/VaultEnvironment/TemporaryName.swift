import Glibc

/// The names of files that are being written: `.part-<process>-<number>`.
enum TemporaryName {
  private static let prefix = Array(".part-".utf8)

  /// A name that no other write of this process or of another running one has.
  static func make(number: UInt64) -> [UInt8] {
    prefix + Array("\(getpid())-\(number)".utf8)
  }

  static func matches(_ name: [UInt8]) -> Bool { name.starts(with: prefix) }
}
