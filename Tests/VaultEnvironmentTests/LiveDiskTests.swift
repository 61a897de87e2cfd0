import Foundation
import Testing

@testable import VaultEnvironment

/// What only a real disk has: permissions, links, pipes, other processes.
struct LiveDiskTests {
  private let disk = DurableDisk.live()

  @Test func `files and folders are for their owner only`() throws {
    try withFolder { folder in
      try disk.makeFolder(folder.appending("home"))
      try disk.writeDurably(folder.appending("home").appending("file"), [1])
      #expect(try mode(of: folder.appending("home")) == 0o700)
      #expect(try mode(of: folder.appending("home").appending("file")) == 0o600)
    }
  }

  @Test func `a machine's number that cannot be read now is an error, and none is none`() throws {
    let calls = PosixCalls()
    // A file that opens and whose first byte cannot be read.
    #expect(throws: DiskError.self) { try calls.machine(named: DiskPath("/proc/self/mem")) }
    try withFolder { folder in
      #expect(try calls.machine(named: folder.appending("absent")) == [])
      #expect(try calls.machine(named: folder) == [])
      try disk.writeDurably(folder.appending("id"), Array("abc\n".utf8))
      #expect(try calls.machine(named: folder.appending("id")) == Array("abc\n".utf8))
    }
  }

  @Test func `a symlink is not followed`() throws {
    try withFolder { folder in
      let target = folder.appending("target")
      let link = folder.appending("link")
      try disk.writeDurably(target, [1, 2, 3])
      try FileManager.default.createSymbolicLink(
        atPath: try #require(link.text), withDestinationPath: try #require(target.text))
      #expect(try disk.item(at: link)?.kind == .other)
      #expect(throws: DiskError.self) { try disk.read(link, bytesMax: 10) }
      #expect(throws: DiskError.self) { try disk.lock(link) }
      try disk.writeDurably(link, [4])
      #expect(try disk.read(target, bytesMax: 10) == [1, 2, 3])
      #expect(try disk.read(link, bytesMax: 10) == [4])
    }
  }

  @Test func `a pipe and a folder are no files and nobody waits for them`() throws {
    try withFolder { folder in
      let pipe = folder.appending("pipe")
      let text = try #require(pipe.text)
      #expect(mkfifo(text, 0o600) == 0)
      for path in [pipe, folder] {
        let error = #expect(throws: DiskError.self) { try disk.read(path, bytesMax: 10) }
        #expect(error?.code == .wrongKind)
      }
    }
  }

  @Test func `a path with a zero byte is refused`() throws {
    let path = DiskPath(Array("/tmp/a".utf8) + [0] + Array("b".utf8))
    let error = #expect(throws: DiskError.self) { try disk.read(path, bytesMax: 10) }
    #expect(error?.code == .invalidPath)
    #expect(throws: DiskError.self) { try disk.writeDurably(path, []) }
  }

  @Test func `names that are no text are kept byte by byte`() throws {
    try withFolder { folder in
      let names: [[UInt8]] = [
        [0x80], [0xff, 0xfe], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8),
      ]
      for (number, name) in names.enumerated() {
        try disk.writeDurably(folder.appending(name), [UInt8(number)])
      }
      #expect(Set(try disk.list(folder).map(\.name)) == Set(names))
      for (number, name) in names.enumerated() {
        #expect(try disk.read(folder.appending(name), bytesMax: 1) == [UInt8(number)])
      }
    }
  }

  @Test func `a lock dies with its holder and names it while it lives`() async throws {
    let folder = try makeFolder()
    defer { remove(folder) }
    let path = folder.appending("lock")
    let text = try #require(path.text)
    // The child takes the lock with our own code and is killed while it holds it.
    await #expect(processExitsWith: .signal(SIGKILL)) { [text = text as String] in
      let lock = try DurableDisk.live().lock(DiskPath(text))
      withExtendedLifetime(lock) {
        let again = #expect(throws: DiskError.self) {
          try DurableDisk.live().lock(DiskPath(text))
        }
        guard again?.code == .busy, again?.holder == getpid() else { exit(1) }
        kill(getpid(), SIGKILL)
      }
    }
    #expect(try disk.item(at: path)?.kind == .file)
    let lock = try disk.lock(path)
    let holder = getpid()
    await #expect(processExitsWith: .success) {
      [text = text as String, holder = holder as Int32] in
      let error = #expect(throws: DiskError.self) { try DurableDisk.live().lock(DiskPath(text)) }
      exit(error?.code == .busy && error?.holder == holder ? 0 : 1)
    }
    lock.release()
    try disk.lock(path).release()
  }

  @Test func `a folder that may not be written says so and is left as it was`() async throws {
    let folder = try makeFolder()
    defer { remove(folder) }
    try disk.writeDurably(folder.appending("file"), [1])
    let text = try #require(folder.text)
    chmod(text, 0o555)
    await #expect(processExitsWith: .success) { [text = text as String] in
      // Root may write everywhere, so the child becomes somebody else first.
      guard geteuid() != 0 || (setegid(65534) == 0 && seteuid(65534) == 0) else { exit(2) }
      let error = #expect(throws: DiskError.self) {
        try DurableDisk.live().writeDurably(DiskPath(text).appending("other"), [2])
      }
      exit(error?.code == .denied ? 0 : 1)
    }
    #expect(try disk.list(folder).map(\.name) == [Array("file".utf8)])
  }

  @Test func `a database name that is no text is refused`() {
    let path = DiskPath(Array("/tmp/".utf8) + [0xff])
    let error = #expect(throws: DiskError.self) { try disk.databasePlace(path) }
    #expect(error?.code == .invalidPath)
  }

  // MARK: Parts

  private func withFolder(_ body: (DiskPath) throws -> Void) throws {
    let folder = try makeFolder()
    defer { remove(folder) }
    try body(folder)
  }

  private func makeFolder() throws -> DiskPath {
    var template = Array("/tmp/freehold-disk-XXXXXX".utf8CString)
    let text = try #require(mkdtemp(&template))
    return DiskPath(String(cString: text))
  }

  private func remove(_ folder: DiskPath) {
    guard let text = folder.text else { return }
    try? FileManager.default.removeItem(atPath: text)
  }

  private func mode(of path: DiskPath) throws -> mode_t {
    var facts = stat()
    try #require(lstat(try #require(path.text), &facts) == 0)
    return facts.st_mode & 0o777
  }
}
