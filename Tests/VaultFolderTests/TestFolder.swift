import Foundation
import Glibc

@testable import VaultFolder

/// A folder of its own for one test, removed afterwards, and the calls to fill it.
final class TestFolder {
  let path: [UInt8]
  let root: FolderRoot

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/freehold-folder-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw TestError("mkdtemp") }
    path = template.dropLast().map { UInt8(bitPattern: $0) }
    root = try FolderRoot(systemPath: path)
  }

  deinit {
    let removal = Process()
    removal.executableURL = URL(fileURLWithPath: "/bin/rm")
    removal.arguments = ["-rf", String(decoding: path, as: UTF8.self)]
    try? removal.run()
    removal.waitUntilExit()
  }

  var text: String { String(decoding: path, as: UTF8.self) }

  /// The path of something in the folder, for calls of the system.
  func system(_ relative: [UInt8]) -> [CChar] {
    (path + [UInt8(ascii: "/")] + relative).map { CChar(bitPattern: $0) } + [0]
  }

  func system(_ relative: String) -> [CChar] { system([UInt8](relative.utf8)) }

  func write(_ relative: String, _ content: String = "x") throws {
    try write([UInt8](relative.utf8), [UInt8](content.utf8))
  }

  func write(_ relative: [UInt8], _ content: [UInt8]) throws {
    let file = open(system(relative), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try check(file, "open")
    defer { close(file) }
    try check(Int32(Glibc.write(file, content, content.count)), "write")
  }

  func folder(_ relative: String) throws { try check(mkdir(system(relative), 0o755), "mkdir") }

  func link(_ relative: String, to target: [UInt8]) throws {
    try check(symlink(target.map { CChar(bitPattern: $0) } + [0], system(relative)), "symlink")
  }

  func hardLink(_ old: String, _ new: String) throws {
    try check(Glibc.link(system(old), system(new)), "link")
  }

  func rename(_ old: String, _ new: String) throws {
    try check(Glibc.rename(system(old), system(new)), "rename")
  }

  func remove(_ relative: String) throws {
    try check(Glibc.remove(system(relative)), "remove")
  }

  func setTime(_ relative: String, seconds: Int, nanoseconds: Int = 0) throws {
    let times = [
      timespec(tv_sec: seconds, tv_nsec: nanoseconds),
      timespec(tv_sec: seconds, tv_nsec: nanoseconds),
    ]
    let result = utimensat(AT_FDCWD, system(relative), times, AT_SYMLINK_NOFOLLOW)
    try check(result, "utimensat")
  }

  func read(_ relative: String) throws -> [UInt8] {
    let reader = try FileReader(root, at: path(relative))
    return try reader.readWhole(bytesMax: 1 << 24).bytes
  }

  func path(_ relative: String) throws -> FolderPath {
    guard let path = FolderPath(relative) else { throw TestError(relative) }
    return path
  }

  func stat(_ relative: String) throws -> FileStat {
    guard let stat = try root.stat(at: path(relative)) else { throw TestError(relative) }
    return stat
  }

  func scan(_ options: FolderScan.Options = FolderScan.Options()) -> [FolderListing] {
    let scan = FolderScan(root, options: options)
    var listings: [FolderListing] = []
    while let listing = scan.next() { listings.append(listing) }
    return listings
  }

  func check(_ result: Int32, _ call: String) throws {
    if result < 0 { throw TestError("\(call): \(String(cString: strerror(errno)))") }
  }
}

struct TestError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A small generator with a seed, so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

func makeWriter(
  _ root: FolderRoot, permissions: UInt32 = FolderWriter.Options.allPermissions
) -> FolderWriter {
  var generator = SeededGenerator(seed: 1)
  let options = FolderWriter.Options(permissionMask: permissions, syncsEachFile: false)
  return FolderWriter(root, options: options, using: &generator)
}
