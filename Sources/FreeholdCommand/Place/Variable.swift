import Glibc

/// The variables of the process's environment.
enum Variable {
  /// The bytes of a variable; nil when it is not set.
  static func bytes(_ name: String) -> [UInt8]? {
    getenv(name).map { RawArguments.bytes(at: $0) }
  }

  /// A variable as text; nil when it is not set.
  static func text(_ name: String) -> String? {
    bytes(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A variable that names a place: nil when it is not set or empty.
  static func place(_ name: String) -> [UInt8]? {
    bytes(name).flatMap { $0.isEmpty ? nil : $0 }
  }
}
