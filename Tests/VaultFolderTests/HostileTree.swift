import Foundation
import Glibc

@testable import VaultFolder

/// A folder with everything that sync programs are known to get wrong.
struct HostileTree {
  let folder: TestFolder
  /// Devices, foreign owners and capabilities need root.
  let isRoot = getuid() == 0
  /// Access control lists need the program that sets them.
  private(set) var hasLists = false
  private(set) var hasCapability = false

  init(_ folder: TestFolder) throws {
    self.folder = folder
    try makeNames()
    try makeLinks()
    try makeSpecialFiles()
    try makeSparseFile()
    try makeModesAndTimes()
    try makeAttributes()
    var times = [
      timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 1),
    ]
    utimensat(AT_FDCWD, folder.system("emptydir"), &times, 0)
  }

  private func makeNames() throws {
    let texts = [
      "plain", "nfc-\u{E9}", "nfd-e\u{301}", "new\nline", "tab\tctl\u{1}", "-dash", "--help",
      String(repeating: "a", count: 255), "Case", "case", " lead trail ", "dot.", "CON",
      "quote\"'`$(x)", "emoji-😀👩‍👩‍👧", "rtl-\u{202E}gpj.exe", "back\\slash", "..hidden", "...",
      "star*?[]",
    ]
    for text in texts { try folder.write(text) }
    try folder.write([UInt8]("latin1-".utf8) + [0xE9, 0xFF], [0x78])
    var deep = ""
    for _ in 0..<30 {
      deep += (deep.isEmpty ? "" : "/") + String(repeating: "d", count: 100)
      try folder.folder(deep)
    }
    try folder.write("empty", "")
    try folder.folder("emptydir")
  }

  private func makeLinks() throws {
    let links: [(String, [UInt8])] = [
      ("sl", [UInt8]("plain".utf8)), ("sl-abs", [UInt8]("/etc/passwd".utf8)),
      ("sl-out", [UInt8]("../../outside".utf8)), ("sl-dang", [UInt8]("dangling".utf8)),
      ("loop", [UInt8]("loop".utf8)), ("sl-bytes", [0xFF, 0xFE]),
    ]
    for (name, target) in links { try folder.link(name, to: target) }
    try folder.hardLink("plain", "hard1")
    try folder.hardLink("sl", "hardsym")
  }

  private func makeSpecialFiles() throws {
    try folder.check(mkfifo(folder.system("fifo"), 0o600), "mkfifo")
    try folder.check(mknod(folder.system("sock"), S_IFSOCK | 0o600, 0), "mknod")
    guard isRoot else { return }
    try folder.check(mknod(folder.system("chr"), S_IFCHR | 0o600, 0x103), "mknod")
    try folder.check(mknod(folder.system("blk"), S_IFBLK | 0o600, 0x763), "mknod")
  }

  private func makeSparseFile() throws {
    let file = open(folder.system("sparse"), O_WRONLY | O_CREAT, 0o644)
    try folder.check(file, "open")
    defer { close(file) }
    try folder.check(ftruncate(file, 1 << 30), "ftruncate")
    let middle: [UInt8] = [UInt8]("mid".utf8)
    try folder.check(Int32(pwrite(file, middle, middle.count, 1 << 29)), "pwrite")
  }

  private func makeModesAndTimes() throws {
    for name in ["suid", "m000", "own", "ns", "old", "future", "xa", "acl", "cap"] {
      try folder.write(name)
    }
    chmod(folder.system("suid"), 0o6755)
    chmod(folder.system("m000"), isRoot ? 0 : 0o400)
    try folder.folder("sticky")
    chmod(folder.system("sticky"), 0o1777)
    if isRoot { try folder.check(chown(folder.system("own"), 12345, 54321), "chown") }
    try folder.setTime("ns", seconds: 1_234_567_890, nanoseconds: 987_654_321)
    try folder.setTime("old", seconds: -1_000_000_000)
    try folder.setTime("future", seconds: 4_102_444_800 * 2)
  }

  private mutating func makeAttributes() throws {
    let writer = makeWriter(folder.root)
    let long = [UInt8]("user.".utf8) + [UInt8](repeating: 0x6C, count: 200)
    let attributes = [
      ExtendedAttribute(name: [UInt8]("user.k".utf8), value: [0x76, 0, 0x62]),
      ExtendedAttribute(name: long, value: [UInt8](repeating: 0x7A, count: 2000)),
    ]
    try writer.setAttributes(
      FileAttributes(extended: attributes.compactMap { $0 }), at: folder.path("xa"),
      expecting: .anything)
    try folder.folder("xd")
    let onFolder = ExtendedAttribute(name: [UInt8]("user.d".utf8), value: [0x31])
    try writer.setAttributes(
      FileAttributes(extended: onFolder.map { [$0] }), at: folder.path("xd"),
      expecting: .anything)
    hasLists = run("setfacl", ["-m", "u:12345:rw", folder.text + "/acl"])
    hasCapability = isRoot && run("setcap", ["cap_net_raw+p", folder.text + "/cap"])
  }

  private func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
