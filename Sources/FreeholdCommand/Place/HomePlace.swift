import Freehold
import Glibc
import VaultEnvironment

/// Where the home of this device lies.
enum HomePlace {
  /// `--home`, else FREEHOLD_HOME, else `freehold` in the XDG data folder.
  static func path(option: String?) throws -> DiskPath {
    try named(option: option).withoutLinks
  }

  private static func named(option: String?) throws -> DiskPath {
    if let option, !option.isEmpty { return DiskPath(absolute(RawArguments.bytes(of: option))) }
    if let place = Variable.place("FREEHOLD_HOME") { return DiskPath(absolute(place)) }
    if let data = Variable.place("XDG_DATA_HOME"), data.first == UInt8(ascii: "/") {
      return DiskPath(data).appending("freehold")
    }
    guard let home = Variable.place("HOME") else {
      throw FreeholdError(
        .usage, "neither FREEHOLD_HOME nor HOME is set", hint: "--home DIR says where to keep keys")
    }
    return DiskPath(home).appending(".local").appending("share").appending("freehold")
  }

  /// A path from the root down; nothing is looked up.
  static func absolute(_ path: [UInt8]) -> [UInt8] {
    if path.first == UInt8(ascii: "/") { return path }
    guard let pointer = getcwd(nil, 0) else { return path }
    defer { free(pointer) }
    return RawArguments.bytes(at: pointer) + [UInt8(ascii: "/")] + path
  }

  /// The path without links, dots and double slashes; nil when nothing is there.
  static func real(_ path: [UInt8]) -> [UInt8]? {
    let text = path.map { CChar(bitPattern: $0) } + [0]
    guard !path.contains(0), let pointer = realpath(text, nil) else { return nil }
    defer { free(pointer) }
    return RawArguments.bytes(at: pointer)
  }
}
