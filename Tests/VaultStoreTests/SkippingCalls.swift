import FreeholdTestKit
import VaultEnvironment

/// Calls of which one kind does nothing: a planted fault.
struct SkippingCalls: DiskCalls {
  let calls: any DiskCalls
  let skipped: SimulatedOperation.Kind

  init(_ calls: any DiskCalls, skipping skipped: SimulatedOperation.Kind) {
    self.calls = calls
    self.skipped = skipped
  }

  func makeFile(_ path: DiskPath) throws -> DiskHandle { try calls.makeFile(path) }
  func openFile(_ path: DiskPath) throws -> DiskHandle { try calls.openFile(path) }
  func write(_ bytes: UnsafeRawBufferPointer, to handle: DiskHandle) throws -> Int {
    try calls.write(bytes, to: handle)
  }
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, from handle: DiskHandle
  ) throws -> Int {
    try calls.read(into: buffer, at: offset, from: handle)
  }
  func sizeBytes(of handle: DiskHandle) throws -> UInt64 { try calls.sizeBytes(of: handle) }
  func sync(_ handle: DiskHandle) throws {
    if skipped != .sync { try calls.sync(handle) }
  }
  func close(_ handle: DiskHandle) { calls.close(handle) }
  func rename(_ path: DiskPath, to target: DiskPath) throws {
    try calls.rename(path, to: target)
  }
  func unlink(_ path: DiskPath) throws { try calls.unlink(path) }
  func makeFolder(_ path: DiskPath) throws { try calls.makeFolder(path) }
  func removeFolder(_ path: DiskPath) throws { try calls.removeFolder(path) }
  func syncFolder(_ path: DiskPath) throws {
    if skipped != .syncFolder { try calls.syncFolder(path) }
  }
  func names(in folder: DiskPath) throws -> [[UInt8]] { try calls.names(in: folder) }
  func item(at path: DiskPath) throws -> DiskItem? { try calls.item(at: path) }
  func freeBytes(in folder: DiskPath) throws -> UInt64 { try calls.freeBytes(in: folder) }
  func lock(_ path: DiskPath) throws -> any DiskLock { try calls.lock(path) }
  func databasePlace(_ path: DiskPath) throws -> DatabasePlace { try calls.databasePlace(path) }
  func crashPoint(_ name: StaticString) throws { try calls.crashPoint(name) }
}
