public import VaultEncoding
public import VaultEnvironment

/// Pack files in one folder, each named by its pack: the outbox, and the cache of safe packs.
///
/// What is in them is sealed. A pack in the outbox is the only copy until enough nodes have
/// acknowledged its shards; the database says which those are.
public struct PackFolder: Sendable {
  private static let suffix = ".pack"

  /// Where the files lie.
  public let path: DiskPath

  private let disk: any Disk

  /// Names a folder of packs; the folder must be there.
  public init(_ path: DiskPath, on disk: any Disk) {
    self.path = path
    self.disk = disk
  }

  /// Keeps packs durably.
  ///
  /// Only then may the database say that they are here.
  public func store(_ packs: [(name: Bytes32, bytes: [UInt8])]) throws {
    try disk.writeDurably(packs.map { DiskWrite(path(of: $0.name), $0.bytes) })
  }

  /// A whole pack.
  ///
  /// Whether its bytes are still what its name says is the caller's to check.
  public func read(_ name: Bytes32, bytesMax: Int) throws -> [UInt8] {
    try disk.read(path(of: name), bytesMax: bytesMax)
  }

  /// A piece of a pack.
  public func read(_ name: Bytes32, offset: Int, count: Int) throws -> [UInt8] {
    guard let offset = UInt64(exactly: offset) else {
      throw StoreError(.outOfRange, "a pack has no bytes before its first")
    }
    return try disk.read(path(of: name), offset: offset, count: count)
  }

  /// Whether a pack's file is here.
  public func contains(_ name: Bytes32) throws -> Bool { try disk.exists(path(of: name)) }

  /// Removes packs; those that are not here are passed over.
  public func remove(_ names: [Bytes32]) throws {
    try disk.remove(names.map(path(of:)))
  }

  /// Moves a pack to another folder of the same home.
  public func move(_ name: Bytes32, to other: PackFolder) throws {
    try disk.move(path(of: name), to: other.path(of: name))
  }

  /// The packs that are here and how long they are, by name.
  ///
  /// Other files are passed over.
  public func packs() throws -> [(name: Bytes32, bytes: UInt64)] {
    try disk.list(path).compactMap { item in
      guard item.kind == .file, let text = String(validating: item.name, as: UTF8.self),
        text.hasSuffix(Self.suffix), let name = Bytes32(hex: String(text.dropLast(5)))
      else { return nil }
      return (name, item.sizeBytes)
    }
  }

  private func path(of name: Bytes32) -> DiskPath { path.appending(name.hex + Self.suffix) }
}
