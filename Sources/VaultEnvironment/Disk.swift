/// Keeps the files of a vault's home or of a node's data folder: whole files, written durably.
///
/// The durable write is the only way in: a temporary file in the same folder, its bytes, a sync
/// of the file, a rename over the name, a sync of the folder. When a call returns, its effect
/// survives a power cut; when the machine stops during a call, each file holds its old or its new
/// bytes and never a mixture. After a sync has failed, nothing is retried: the path is untrusted
/// until the process starts anew (docs/spec/local-store.md, "Durability").
///
/// The user's own folder is not kept through this; see `VaultFolder`.
public protocol Disk: Sendable {
  /// The whole file. Throws `.tooLarge` before reading when it is longer than the limit.
  func read(_ path: DiskPath, bytesMax: Int) throws -> [UInt8]

  /// Exactly `count` bytes from `offset` on. Throws `.truncated` when the file ends before.
  func read(_ path: DiskPath, offset: UInt64, count: Int) throws -> [UInt8]

  /// Writes each file, syncs each, renames each, then syncs each folder once.
  ///
  /// All are durable at the end. A crash may leave some old and some new, in any order; none half.
  func writeDurably(_ writes: [DiskWrite]) throws

  /// Begins a file that is written piece by piece and appears at its path on `commit()`.
  func makeFile(_ path: DiskPath) throws -> DurableFile

  /// Removes files durably. Those that are not there are passed over.
  func remove(_ paths: [DiskPath]) throws

  /// Renames a file or folder durably, in place of what has the new name.
  func move(_ path: DiskPath, to target: DiskPath) throws

  /// Makes a folder and those above it that are missing, durably. No error when it is there.
  func makeFolder(_ path: DiskPath) throws

  /// Removes an empty folder durably.
  func removeFolder(_ path: DiskPath) throws

  /// What is in a folder, by name; temporary files are left out.
  func list(_ folder: DiskPath) throws -> [DiskItem]

  /// What is at a path; nil for nothing. Symlinks are not followed.
  func item(at path: DiskPath) throws -> DiskItem?

  /// What tells a file from every copy of it, on this machine or another: the same for as long as
  /// the file itself is there, wherever it is moved within its file system. Nil for nothing.
  func identity(of path: DiskPath) throws -> [UInt8]?

  /// Removes the temporary files that a crash left in a folder; says how many. Only the holder
  /// of the home's lock may call it, when nothing is being written there.
  func removeLeftovers(in folder: DiskPath) throws -> Int

  /// Makes the names in a folder durable, for files that someone else makes (a database).
  func syncFolder(_ path: DiskPath) throws

  /// How many bytes this process may still write to the file system that holds the folder.
  func freeBytes(in folder: DiskPath) throws -> UInt64

  /// Takes a lock that dies with its holder. Throws `.busy` while somebody else has it, another
  /// caller in this process included. The lock's file is never removed.
  func lock(_ path: DiskPath) throws -> any DiskLock

  /// Where a database of this name lies.
  func databasePlace(_ path: DiskPath) throws -> DatabasePlace

  /// Does nothing on a real disk. A simulated one may crash or fail here.
  func crashPoint(_ name: StaticString) throws
}

extension Disk {
  /// Writes one file durably: the primitive behind every acknowledgement.
  public func writeDurably(_ path: DiskPath, _ bytes: [UInt8]) throws {
    try writeDurably([DiskWrite(path, bytes)])
  }

  /// Removes one file durably; passed over when it is not there.
  public func remove(_ path: DiskPath) throws {
    try remove([path])
  }

  /// How long a file is; nil when there is none.
  public func sizeBytes(_ path: DiskPath) throws -> UInt64? {
    try item(at: path)?.sizeBytes
  }

  /// Whether there is anything at the path.
  public func exists(_ path: DiskPath) throws -> Bool {
    try item(at: path) != nil
  }
}
