import Synchronization
import VaultEnvironment

/// The calls of one start of a simulated machine.
struct SimulatedCalls: DiskCalls {
  let medium: SimulatedDisk
  let start: Int

  func makeFile(_ path: DiskPath) throws -> DiskHandle {
    try perform(.makeFile, path) { state in
      let folder = try state.fileSystem.folder(of: path)
      guard state.fileSystem.inode(at: path) == nil else {
        throw DiskError(.exists, at: path, "something has this name already")
      }
      let inode = state.fileSystem.makeInode()
      state.fileSystem.files[inode] = .init()
      state.fileSystem.change([(folder, path.name, inode)])
      return state.open(inode)
    }
  }

  func openFile(_ path: DiskPath) throws -> DiskHandle {
    try perform(.read, path) { state in
      guard let inode = state.fileSystem.inode(at: path) else {
        throw DiskError(.notFound, at: path, "there is no such file")
      }
      guard state.fileSystem.files[inode] != nil else {
        throw DiskError(.wrongKind, at: path, "this is not a file")
      }
      return state.open(inode)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, to handle: DiskHandle) throws -> Int {
    try perform(.write, handle) { state, inode in
      var count = bytes.count
      if state.faults.hasShortWrites, count > 1 {
        count = state.generator.number(in: 1...count)
      }
      if let free = state.faults.freeBytes {
        count = Int(min(UInt64(count), free))
        guard count > 0 || bytes.isEmpty else {
          state.damage.fulls += 1
          throw DiskError(.noSpace, at: path(of: handle), "no space left on the simulated disk")
        }
        state.faults.freeBytes = free - UInt64(count)
      }
      state.fileSystem.files[inode]?.bytes.append(contentsOf: bytes.prefix(count))
      return count
    }
  }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, from handle: DiskHandle
  ) throws -> Int {
    try perform(.read, handle) { state, inode in
      guard let bytes = state.fileSystem.files[inode]?.bytes, offset < UInt64(bytes.count) else {
        return 0
      }
      let piece = bytes[Int(offset)...].prefix(buffer.count)
      buffer.copyBytes(from: piece)
      return piece.count
    }
  }

  func sizeBytes(of handle: DiskHandle) throws -> UInt64 {
    try perform(.read, handle) { state, inode in
      UInt64(state.fileSystem.files[inode]?.bytes.count ?? 0)
    }
  }

  func sync(_ handle: DiskHandle) throws {
    try perform(.sync, handle) { state, inode in
      state.fileSystem.sync(file: inode)
    } onFailure: { state, inode in
      state.fileSystem.files[inode]?.isBroken = true
    }
  }

  func close(_ handle: DiskHandle) {
    medium.state.withLock { state in
      if state.startCount == start { state.handles[handle.number] = nil }
    }
  }

  func rename(_ path: DiskPath, to target: DiskPath) throws {
    try perform(.rename, target) { state in
      let from = try state.fileSystem.folder(of: path)
      let to = try state.fileSystem.folder(of: target)
      guard let inode = state.fileSystem.inode(at: path) else {
        throw DiskError(.notFound, at: path, "there is no such file")
      }
      if let replaced = state.fileSystem.inode(at: target) {
        let isFolder = state.fileSystem.folders[replaced] != nil
        guard isFolder == (state.fileSystem.folders[inode] != nil),
          state.fileSystem.folders[replaced]?.names.isEmpty != false
        else { throw DiskError(.wrongKind, at: target, "this cannot be replaced") }
      }
      guard path != target else { return }
      state.fileSystem.change([(from, path.name, nil), (to, target.name, inode)])
    }
  }

  func unlink(_ path: DiskPath) throws {
    try perform(.remove, path) { state in
      let folder = try state.fileSystem.folder(of: path)
      guard let inode = state.fileSystem.inode(at: path) else {
        throw DiskError(.notFound, at: path, "there is no such file")
      }
      guard let file = state.fileSystem.files[inode] else {
        throw DiskError(.wrongKind, at: path, "this is not a file")
      }
      state.faults.freeBytes? += UInt64(file.bytes.count)
      state.fileSystem.change([(folder, path.name, nil)])
    }
  }

  func makeFolder(_ path: DiskPath) throws {
    try perform(.makeFolder, path) { state in
      let folder = try state.fileSystem.folder(of: path)
      guard state.fileSystem.inode(at: path) == nil else {
        throw DiskError(.exists, at: path, "something has this name already")
      }
      let inode = state.fileSystem.makeInode()
      state.fileSystem.folders[inode] = .init()
      state.fileSystem.change([(folder, path.name, inode)])
    }
  }

  func removeFolder(_ path: DiskPath) throws {
    try perform(.removeFolder, path) { state in
      let folder = try state.fileSystem.folder(of: path)
      guard let inode = state.fileSystem.inode(at: path) else {
        throw DiskError(.notFound, at: path, "there is no such folder")
      }
      guard state.fileSystem.folders[inode]?.names.isEmpty == true else {
        throw DiskError(.wrongKind, at: path, "this is not an empty folder")
      }
      state.fileSystem.change([(folder, path.name, nil)])
    }
  }

  func syncFolder(_ path: DiskPath) throws {
    try perform(.syncFolder, path) { state in
      state.fileSystem.sync(folder: try state.folder(at: path))
    } onFailure: { state in
      if let folder = try? state.folder(at: path) {
        state.fileSystem.folders[folder]?.isBroken = true
      }
    }
  }

  func names(in folder: DiskPath) throws -> [[UInt8]] {
    try perform(.read, folder) { state in
      let inode = try state.folder(at: folder)
      let names = state.fileSystem.folders[inode]?.names.keys.map { $0 } ?? []
      // Sorted, then stirred by the seed: a kernel promises no order, one seed promises one run.
      return names.sorted { $0.lexicographicallyPrecedes($1) }.shuffled(using: &state.generator)
    }
  }

  func item(at path: DiskPath) throws -> DiskItem? {
    try perform(.read, path) { state in
      guard let inode = state.fileSystem.inode(at: path) else { return nil }
      if let file = state.fileSystem.files[inode] {
        return DiskItem(name: path.name, kind: .file, sizeBytes: UInt64(file.bytes.count))
      }
      return DiskItem(name: path.name, kind: .folder, sizeBytes: 0)
    }
  }

  func identity(of path: DiskPath) throws -> [UInt8]? {
    try perform(.read, path) { state in
      state.fileSystem.inode(at: path).map { inode in
        (0..<8).map { UInt8(truncatingIfNeeded: inode >> (8 * $0)) }
      }
    }
  }

  func freeBytes(in folder: DiskPath) throws -> UInt64 {
    try perform(.read, folder) { state in
      _ = try state.folder(at: folder)
      if state.faults.freeBytes != nil { state.damage.fulls += 1 }
      return state.faults.freeBytes ?? 1 << 40
    }
  }

  func lock(_ path: DiskPath) throws -> any DiskLock {
    try perform(.read, path) { state in
      let folder = try state.fileSystem.folder(of: path)
      if let holder = state.locks[path] {
        throw DiskError(
          .busy, at: path, "process \(holder) is using this", holder: Int32(holder))
      }
      if state.fileSystem.inode(at: path) == nil {
        let inode = state.fileSystem.makeInode()
        state.fileSystem.files[inode] = .init()
        state.fileSystem.change([(folder, path.name, inode)])
      }
      state.locks[path] = start
      return SimulatedLock(of: path, on: medium, start: start)
    }
  }

  func databasePlace(_ path: DiskPath) throws -> DatabasePlace {
    try perform(.read, path) { state in
      let inode = try state.databaseFile(at: path)
      let slot = state.databases[inode] ?? DatabaseSlot()
      state.databases[inode] = slot
      return .memory(slot)
    }
  }

  func crashPoint(_ name: StaticString) throws {
    try perform(.crashPoint, DiskPath(name.description)) { _ in }
  }

  // MARK: Parts

  /// Runs one call, unless the machine is off, stops now, or the call is to fail.
  private func perform<Result>(
    _ kind: SimulatedOperation.Kind, _ path: DiskPath,
    _ body: (inout SimulatedDisk.State) throws -> Result,
    onFailure: (inout SimulatedDisk.State) -> Void = { _ in }
  ) throws -> Result {
    try medium.state.withLock { state in
      guard !state.isOff, state.startCount == start else { throw SimulatedCrash(step: nil) }
      try state.count(SimulatedOperation(kind: kind, path: path))
      if let code = state.failure(of: kind) {
        state.damage.failures += 1
        onFailure(&state)
        throw DiskError(code, at: path, "the simulated disk failed")
      }
      return try body(&state)
    }
  }

  private func perform<Result>(
    _ kind: SimulatedOperation.Kind, _ handle: DiskHandle,
    _ body: (inout SimulatedDisk.State, SimulatedFileSystem.Inode) throws -> Result,
    onFailure: (inout SimulatedDisk.State, SimulatedFileSystem.Inode) -> Void = { _, _ in }
  ) throws -> Result {
    try perform(kind, path(of: handle)) { state in
      guard let inode = state.handles[handle.number] else {
        throw DiskError(.io, at: path(of: handle), "this file is not open")
      }
      return try body(&state, inode)
    } onFailure: { state in
      if let inode = state.handles[handle.number] { onFailure(&state, inode) }
    }
  }

  private func path(of handle: DiskHandle) -> DiskPath { DiskPath("(file \(handle.number))") }
}

extension SimulatedDisk.State {
  mutating func count(_ operation: SimulatedOperation) throws {
    if operations.count < SimulatedDisk.operationsMax { operations.append(operation) }
    guard operation.kind.isStep else { return }
    stepCount += 1
    if stepCount == faults.crashAtStep {
      isOff = true
      damage.crashes += 1
      throw SimulatedCrash(step: stepCount)
    }
  }

  mutating func failure(of kind: SimulatedOperation.Kind) -> DiskError.Code? {
    var code: DiskError.Code?
    for (index, failure) in faults.failures.enumerated() where failure.kinds.contains(kind) {
      callCounts[index] += 1
      let number = callCounts[index]
      if number == failure.at || failure.isLasting && number > failure.at { code = failure.code }
    }
    return code
  }

  mutating func open(_ inode: SimulatedFileSystem.Inode) -> DiskHandle {
    defer { nextHandle += 1 }
    handles[nextHandle] = inode
    return DiskHandle(number: nextHandle)
  }

  func folder(at path: DiskPath) throws -> SimulatedFileSystem.Inode {
    guard let inode = fileSystem.inode(at: path) else {
      throw DiskError(.notFound, at: path, "there is no such folder")
    }
    guard fileSystem.folders[inode] != nil else {
      throw DiskError(.wrongKind, at: path, "this is not a folder")
    }
    return inode
  }

  /// The file that stands for a database.
  ///
  /// Its name is durable with its first commit on a real disk; here from the start, which makes no
  /// difference to an empty database.
  mutating func databaseFile(at path: DiskPath) throws -> SimulatedFileSystem.Inode {
    if let inode = fileSystem.inode(at: path) { return inode }
    let folder = try fileSystem.folder(of: path)
    let inode = fileSystem.makeInode()
    fileSystem.files[inode] = .init()
    fileSystem.folders[folder]?.names[path.name] = inode
    fileSystem.folders[folder]?.durableNames[path.name] = inode
    return inode
  }
}
