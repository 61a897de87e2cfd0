/// The few calls of a file system that `DurableDisk` is made of: the kernel's, or a simulation's.
///
/// Each is one step: it happens or it fails, and nothing is durable but by `sync`.
public protocol DiskCalls: Sendable {
  /// Makes a file that must not exist yet, open for writing, for its owner only.
  func makeFile(_ path: DiskPath) throws -> DiskHandle
  /// Opens a file for reading. Symlinks are not followed.
  func openFile(_ path: DiskPath) throws -> DiskHandle
  /// Writes behind what was written before; says how many bytes were taken, at least 1.
  func write(_ bytes: UnsafeRawBufferPointer, to handle: DiskHandle) throws -> Int
  /// Reads up to the buffer's length at an offset; says how many bytes came, 0 at the end.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, from handle: DiskHandle
  ) throws -> Int
  /// How long an open file is.
  func sizeBytes(of handle: DiskHandle) throws -> UInt64
  /// Makes an open file's bytes durable. Not its name.
  func sync(_ handle: DiskHandle) throws
  /// Closes; never fails, because everything that matters has been synced.
  func close(_ handle: DiskHandle)

  /// Gives a file or folder another name, replacing a file that has it.
  func rename(_ path: DiskPath, to target: DiskPath) throws
  /// Removes a file's name.
  func unlink(_ path: DiskPath) throws
  /// Makes one folder in a folder that is there.
  func makeFolder(_ path: DiskPath) throws
  /// Removes an empty folder.
  func removeFolder(_ path: DiskPath) throws
  /// Makes the names in a folder durable.
  func syncFolder(_ path: DiskPath) throws

  /// The names in a folder, in any order.
  func names(in folder: DiskPath) throws -> [[UInt8]]
  /// What is at a path; nil for nothing.
  func item(at path: DiskPath) throws -> DiskItem?
  /// What tells a file from every copy of it; nil for nothing.
  func identity(of path: DiskPath) throws -> [UInt8]?
  /// How many bytes may still be written.
  func freeBytes(in folder: DiskPath) throws -> UInt64
  /// Takes a lock, or throws `.busy`.
  func lock(_ path: DiskPath) throws -> any DiskLock
  /// Where a database of this name lies.
  func databasePlace(_ path: DiskPath) throws -> DatabasePlace
  /// A place where a simulation may crash or fail.
  func crashPoint(_ name: StaticString) throws
}
