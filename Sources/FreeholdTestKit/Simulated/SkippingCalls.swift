public import VaultEnvironment

/// Calls of which one kind does nothing: a planted fault.
public struct SkippingCalls: DiskCalls {
  private let calls: any DiskCalls
  private let skipped: SimulatedOperation.Kind

  /// Passes everything on but one kind of call.
  public init(_ calls: any DiskCalls, skipping skipped: SimulatedOperation.Kind) {
    self.calls = calls
    self.skipped = skipped
  }

  /// Passes the call on, unless it is skipped.
  public func makeFile(_ path: DiskPath) throws -> DiskHandle { try calls.makeFile(path) }
  /// Passes the call on, unless it is skipped.
  public func openFile(_ path: DiskPath) throws -> DiskHandle { try calls.openFile(path) }
  /// Passes the call on, unless it is skipped.
  public func write(_ bytes: UnsafeRawBufferPointer, to handle: DiskHandle) throws -> Int {
    try calls.write(bytes, to: handle)
  }
  /// Passes the call on, unless it is skipped.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, from handle: DiskHandle
  ) throws -> Int {
    try calls.read(into: buffer, at: offset, from: handle)
  }
  /// Passes the call on, unless it is skipped.
  public func sizeBytes(of handle: DiskHandle) throws -> UInt64 { try calls.sizeBytes(of: handle) }
  /// Passes the call on, unless it is skipped.
  public func sync(_ handle: DiskHandle) throws {
    if skipped != .sync { try calls.sync(handle) }
  }
  /// Passes the call on, unless it is skipped.
  public func close(_ handle: DiskHandle) { calls.close(handle) }
  /// Passes the call on, unless it is skipped.
  public func rename(_ path: DiskPath, to target: DiskPath) throws {
    try calls.rename(path, to: target)
  }
  /// Passes the call on, unless it is skipped.
  public func unlink(_ path: DiskPath) throws { try calls.unlink(path) }
  /// Passes the call on, unless it is skipped.
  public func makeFolder(_ path: DiskPath) throws { try calls.makeFolder(path) }
  /// Passes the call on, unless it is skipped.
  public func removeFolder(_ path: DiskPath) throws { try calls.removeFolder(path) }
  /// Passes the call on, unless it is skipped.
  public func syncFolder(_ path: DiskPath) throws {
    if skipped != .syncFolder { try calls.syncFolder(path) }
  }
  /// Passes the call on, unless it is skipped.
  public func names(in folder: DiskPath) throws -> [[UInt8]] { try calls.names(in: folder) }
  /// Passes the call on, unless it is skipped.
  public func item(at path: DiskPath) throws -> DiskItem? { try calls.item(at: path) }
  /// Passes the call on, unless it is skipped.
  public func identity(of path: DiskPath) throws -> [UInt8]? { try calls.identity(of: path) }
  /// Passes the call on, unless it is skipped.
  public func freeBytes(in folder: DiskPath) throws -> UInt64 { try calls.freeBytes(in: folder) }
  /// Passes the call on, unless it is skipped.
  public func lock(_ path: DiskPath) throws -> any DiskLock { try calls.lock(path) }
  /// Passes the call on, unless it is skipped.
  public func databasePlace(_ path: DiskPath) throws -> DatabasePlace {
    try calls.databasePlace(path)
  }
  /// Passes the call on, unless it is skipped.
  public func crashPoint(_ name: StaticString) throws { try calls.crashPoint(name) }
}
