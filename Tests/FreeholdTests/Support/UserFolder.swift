import Foundation
import FreeholdTestKit
import Glibc
import VaultFolder

/// A real folder, changed as a user changes one, and removed in the end.
final class UserFolder {
  /// How something in the folder is.
  struct Entry: Hashable, CustomStringConvertible {
    var kind: FileKind
    var content = ""
    var mode: UInt32
    var modified: FileTime
    var attributes: [ExtendedAttribute] = []

    var description: String {
      let time = "\(modified.seconds % 100_000).\(modified.nanoseconds)"
      return "\(kind) \(content.prefix(40)) \(String(mode, radix: 8)) \(time)"
    }
  }

  let text: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/freehold-user-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw UserFolderError("mkdtemp") }
    text = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: text) }

  var path: [UInt8] { Array(text.utf8) }

  func system(_ relative: String) -> String { relative.isEmpty ? text : text + "/" + relative }

  // MARK: Changes

  /// Writes in place: the inode stays.
  ///
  /// Folders on the way are made.
  func write(_ relative: String, _ content: String) throws {
    for end in relative.indices where relative[end] == "/" && !exists(String(relative[..<end])) {
      try makeFolder(String(relative[..<end]))
    }
    let file = open(system(relative), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try check(file, "open \(relative)")
    defer { close(file) }
    let bytes = Array(content.utf8)
    try check(Int32(Glibc.write(file, bytes, bytes.count)), "write \(relative)")
  }

  /// Writes as most programs do: another file is renamed over the old one.
  func save(_ relative: String, _ content: String) throws {
    try write(relative + ".part", content)
    try move(relative + ".part", relative)
  }

  func makeFolder(_ relative: String) throws {
    try check(mkdir(system(relative), 0o755), "mkdir \(relative)")
  }

  func link(_ relative: String, to target: String) throws {
    try check(symlink(target, system(relative)), "symlink \(relative)")
  }

  func hardLink(_ old: String, _ new: String) throws {
    try check(Glibc.link(system(old), system(new)), "link \(old) \(new)")
  }

  func move(_ old: String, _ new: String) throws {
    try check(rename(system(old), system(new)), "rename \(old) \(new)")
  }

  /// Removes a file, a link, or a folder with all in it.
  func remove(_ relative: String) throws {
    try FileManager.default.removeItem(atPath: system(relative))
  }

  func setMode(_ relative: String, _ mode: UInt32) throws {
    try check(chmod(system(relative), mode), "chmod \(relative)")
  }

  func setTime(_ relative: String, seconds: Int, nanoseconds: Int = 0) throws {
    var generator = SeededGenerator(seed: 1)
    let writer = FolderWriter(try root, using: &generator)
    let time = FileTime(seconds: Int64(seconds), nanoseconds: UInt32(nanoseconds))
    try writer.setAttributes(
      FileAttributes(modified: time), at: place(relative), expecting: .anything)
  }

  func setExtended(_ relative: String, _ attributes: [ExtendedAttribute]) throws {
    var generator = SeededGenerator(seed: 1)
    let writer = FolderWriter(try root, using: &generator)
    let written = try writer.setAttributes(
      FileAttributes(extended: attributes), at: place(relative), expecting: .anything)
    if let error = written.unapplied.first { throw error }
  }

  // MARK: Looking

  func read(_ relative: String) throws -> String {
    let data = try Data(contentsOf: URL(fileURLWithPath: system(relative)))
    return String(decoding: data, as: UTF8.self)
  }

  func exists(_ relative: String) -> Bool {
    ((try? root.stat(at: place(relative))) ?? nil) != nil
  }

  func inode(_ relative: String) throws -> UInt64 {
    guard let stat = try root.stat(at: place(relative)) else { throw UserFolderError(relative) }
    return stat.inode
  }

  /// Everything in the folder, by path; `.` stands for nothing, the folder itself is left out.
  func snapshot() throws -> [String: Entry] {
    let root = try root
    let scan = FolderScan(root, options: FolderScan.Options(ignoreFileName: nil))
    var found: [String: Entry] = [:]
    while let listing = scan.next() {
      for entry in listing {
        let place = listing.path.appending(entry.name)
        let name = String(decoding: place.bytes, as: UTF8.self)
        var item = Entry(
          kind: entry.kind, mode: entry.stat.permissions, modified: entry.stat.modified)
        switch entry.kind {
        case .file: item.content = try read(name)
        case .symlink:
          item.content = String(decoding: try root.linkTarget(at: place), as: UTF8.self)
        default: break
        }
        if entry.kind != .symlink { item.attributes = try root.extendedAttributes(at: place).kept }
        found[name] = item
      }
      for draft in listing.staleDrafts { throw UserFolderError("a draft is left: \(draft)") }
    }
    return found
  }

  /// The names in the folder itself, as bytes: texts that mean the same are equal.
  func names() throws -> Set<[UInt8]> {
    let scan = FolderScan(try root, options: FolderScan.Options(ignoreFileName: nil))
    return Set(scan.next()?.map(\.name.bytes) ?? [])
  }

  /// Paths with contents of files; folders end with a slash, links show an arrow.
  func listing() throws -> [String] {
    try snapshot().map { name, entry in
      switch entry.kind {
      case .folder: name + "/"
      case .symlink: name + " → " + entry.content
      default: name + " = " + entry.content
      }
    }.sorted()
  }

  private var root: FolderRoot { get throws { try FolderRoot(systemPath: text) } }

  private func place(_ relative: String) throws -> FolderPath {
    guard let path = FolderPath(relative) else { throw UserFolderError(relative) }
    return path
  }

  private func check(_ result: Int32, _ call: String) throws {
    if result < 0 { throw UserFolderError("\(call): \(String(cString: strerror(errno)))") }
  }
}

struct UserFolderError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
