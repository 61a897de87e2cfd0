import CPlatform
import Glibc

/// The kernel's calls.
struct PosixCalls: DiskCalls {
  private static let fileMode: mode_t = 0o600
  private static let folderMode: mode_t = 0o700
  /// Enough for some 2,000 names at once.
  private static let listingBytes = 64 << 10

  func makeFile(_ path: DiskPath) throws -> DiskHandle {
    try open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "make")
  }

  func openFile(_ path: DiskPath) throws -> DiskHandle {
    // O_NONBLOCK: a pipe under this name must not make us wait.
    let handle = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, "open")
    guard try facts(of: handle, path).mode & S_IFMT == S_IFREG else {
      close(handle)
      throw DiskError(.wrongKind, at: path, "this is not a file")
    }
    return handle
  }

  func write(_ bytes: UnsafeRawBufferPointer, to handle: DiskHandle) throws -> Int {
    while true {
      let taken = Glibc.write(handle.number, bytes.baseAddress, bytes.count)
      if taken > 0 { return taken }
      // A kernel that takes nothing of a regular file and gives no reason has no room.
      let code = taken == 0 ? ENOSPC : errno
      if code != EINTR { throw PosixFailure(code, "write", name(of: handle)).error }
    }
  }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, from handle: DiskHandle
  ) throws -> Int {
    guard let position = off_t(exactly: offset) else {
      throw PosixFailure(EINVAL, "read", name(of: handle)).error
    }
    while true {
      let got = pread(handle.number, buffer.baseAddress, buffer.count, position)
      if got >= 0 { return got }
      let code = errno
      if code != EINTR { throw PosixFailure(code, "read", name(of: handle)).error }
    }
  }

  func sizeBytes(of handle: DiskHandle) throws -> UInt64 {
    try facts(of: handle, nil).sizeBytes
  }

  func sync(_ handle: DiskHandle) throws {
    let result = freehold_fsync(handle.number)
    if result < 0 { throw PosixFailure(-result, "sync", name(of: handle)).error }
  }

  func close(_ handle: DiskHandle) {
    _ = Glibc.close(handle.number)
  }

  func rename(_ path: DiskPath, to target: DiskPath) throws {
    try path.withKernelPath { from in
      try target.withKernelPath { to in
        let result = freehold_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0)
        if result < 0 { throw PosixFailure(-result, "rename", path).error }
      }
    }
  }

  func unlink(_ path: DiskPath) throws {
    try call("remove", path) { Glibc.unlink($0) }
  }

  func makeFolder(_ path: DiskPath) throws {
    try call("make the folder", path) { mkdir($0, Self.folderMode) }
  }

  func removeFolder(_ path: DiskPath) throws {
    try call("remove the folder", path) { rmdir($0) }
  }

  func syncFolder(_ path: DiskPath) throws {
    let folder = try open(path, O_RDONLY | O_DIRECTORY, "open the folder")
    defer { close(folder) }
    let result = freehold_fsync(folder.number)
    if result < 0 { throw PosixFailure(-result, "sync the folder", path).error }
  }

  func names(in folder: DiskPath) throws -> [[UInt8]] {
    let handle = try open(folder, O_RDONLY | O_DIRECTORY, "open the folder")
    defer { close(handle) }
    var names: [[UInt8]] = []
    var listing = [UInt8](repeating: 0, count: Self.listingBytes)
    while true {
      let filled = listing.withUnsafeMutableBytes {
        freehold_getdents64(handle.number, $0.baseAddress, $0.count)
      }
      if filled < 0 { throw PosixFailure(Int32(-filled), "list", folder).error }
      if filled == 0 { return names }
      listing.withUnsafeBytes { collectNames(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
    }
    func collectNames(_ listing: UnsafeRawBufferPointer) {
      var offset = 0
      var entry = freehold_entry()
      while freehold_next_entry(listing.baseAddress, listing.count, &offset, &entry) == 1 {
        let name = [UInt8](UnsafeBufferPointer(start: entry.name, count: entry.nameBytes))
        if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
      }
    }
  }

  func item(at path: DiskPath) throws -> DiskItem? {
    var facts = freehold_stat()
    let result = try path.withKernelPath { freehold_stat(AT_FDCWD, $0, &facts) }
    if result == -ENOENT || result == -ENOTDIR { return nil }
    if result < 0 { throw PosixFailure(-result, "look at", path).error }
    let kind: DiskItem.Kind
    switch facts.mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    default: kind = .other
    }
    return DiskItem(
      name: path.name, kind: kind, sizeBytes: kind == .file ? facts.sizeBytes : 0)
  }

  func identity(of path: DiskPath) throws -> [UInt8]? {
    var facts = freehold_stat()
    let result = try path.withKernelPath { freehold_stat(AT_FDCWD, $0, &facts) }
    if result == -ENOENT || result == -ENOTDIR { return nil }
    if result < 0 { throw PosixFailure(-result, "look at", path).error }
    // The moment at which the file system made the file is stable where numbers are not (network
    // and FUSE file systems), and no copy has it. Where it is not told, the number and the moment
    // of the last change of the file's facts do: a number alone is given out again. Device numbers
    // change with every start.
    let origin: [UInt64] =
      facts.bornSeconds != 0
      ? [UInt64(bitPattern: facts.bornSeconds), UInt64(facts.bornNanoseconds)]
      : [
        facts.inode, UInt64(bitPattern: facts.changedSeconds), UInt64(facts.changedNanoseconds),
      ]
    let place = origin.flatMap { number in
      (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
    return place + (try machine(named: DiskPath("/etc/machine-id")))
  }

  /// The identifier of this installation of the system; empty where there is none.
  ///
  /// Throws when it cannot be read now: without it a home would look like a copy of itself.
  func machine(named path: DiskPath) throws -> [UInt8] {
    let handle: DiskHandle
    do {
      handle = try openFile(path)
    } catch let error as DiskError where error.code != .io && error.code != .tooManyFiles {
      return []
    }
    defer { close(handle) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = try bytes.withUnsafeMutableBytes { try read(into: $0, at: 0, from: handle) }
    return Array(bytes.prefix(count))
  }

  func freeBytes(in folder: DiskPath) throws -> UInt64 {
    var facts = statvfs()
    try call("ask for the free space", folder) { statvfs($0, &facts) }
    // Blocks that only root may use are not counted.
    let (bytes, overflow) = UInt64(facts.f_bavail).multipliedReportingOverflow(
      by: UInt64(facts.f_frsize))
    return overflow ? .max : bytes
  }

  func lock(_ path: DiskPath) throws -> any DiskLock {
    let handle = try open(path, O_RDWR | O_CREAT | O_NOFOLLOW, "open the lock")
    return try KernelLock(handle.number, at: path)
  }

  func databasePlace(_ path: DiskPath) throws -> DatabasePlace {
    guard let text = path.text, !text.utf8.contains(0) else {
      throw DiskError(.invalidPath, at: path, "a database needs a name that is valid UTF-8")
    }
    return .file(text)
  }

  func crashPoint(_ name: StaticString) throws {}

  // MARK: Parts

  private func open(_ path: DiskPath, _ flags: Int32, _ verb: String) throws -> DiskHandle {
    let result = try path.withKernelPath {
      freehold_openat2(AT_FDCWD, $0, flags, Self.fileMode, 0)
    }
    if result < 0 { throw PosixFailure(-result, verb, path).error }
    return DiskHandle(number: result)
  }

  private func facts(of handle: DiskHandle, _ path: DiskPath?) throws -> freehold_stat {
    var facts = freehold_stat()
    let result = freehold_stat(handle.number, nil, &facts)
    if result < 0 { throw PosixFailure(-result, "look at", path ?? name(of: handle)).error }
    return facts
  }

  private func call(
    _ verb: String, _ path: DiskPath, _ body: (UnsafePointer<CChar>) -> Int32
  ) throws {
    let code = try path.withKernelPath { pointer -> Int32 in
      while true {
        if body(pointer) == 0 { return 0 }
        let code = errno
        if code != EINTR { return code }
      }
    }
    if code != 0 { throw PosixFailure(code, verb, path).error }
  }

  /// The path by which the kernel knows an open file, for the error's sentence.
  private func name(of handle: DiskHandle) -> DiskPath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/fd/\(handle.number)", &buffer, buffer.count)
    guard count > 0 else { return DiskPath("(an open file)") }
    return DiskPath(buffer[..<count].map { UInt8(bitPattern: $0) })
  }
}

extension DiskPath {
  /// The path as the kernel takes it.
  ///
  /// Throws `.invalidPath` for a path with a zero byte.
  func withKernelPath<Result>(
    _ body: (UnsafePointer<CChar>) throws -> Result
  ) throws -> Result {
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw DiskError(.invalidPath, at: self, "this cannot be a path")
    }
    return try (bytes + [0]).withUnsafeBytes { buffer in
      try buffer.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else {
          throw DiskError(.invalidPath, at: self, "this cannot be a path")
        }
        return try body(start)
      }
    }
  }
}
