import Synchronization
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking

/// Shard files: `vaults/<first 16 bytes of SHA-256 of the vault's key>/shards/<2 hex>/<64 hex>`.
///
/// Written whole and durably, named by what they hold, so that a file is right or can be told to be
/// wrong without any other knowledge.
final class ShardFiles: Sendable {
  private let disk: any Disk
  private let vaults: DiskPath
  private let madeFolders = Mutex<Set<DiskPath>>([])

  init(disk: any Disk, vaults: DiskPath) {
    self.disk = disk
    self.vaults = vaults
  }

  /// The folder of a vault's shards.
  func folder(of vault: DID) -> DiskPath {
    let name = Hex.encode(Hash.sha256(vault.key.bytes).bytes.prefix(16))
    return vaults.appending(name).appending("shards")
  }

  func path(of shard: ShardName, in vault: DID) -> DiskPath {
    let hex = shard.root.hex
    return folder(of: vault).appending(String(hex.prefix(2))).appending(hex)
  }

  /// Writes a shard durably.
  func write(_ bytes: [UInt8], as shard: ShardName, in vault: DID) throws {
    let path = path(of: shard, in: vault)
    if let folder = path.parent, !madeFolders.withLock({ $0.contains(folder) }) {
      try disk.makeFolder(folder)
      madeFolders.withLock { _ = $0.insert(folder) }
    }
    try disk.writeDurably(path, bytes)
  }

  func read(_ shard: ShardName, in vault: DID, offset: Int, count: Int) throws -> [UInt8] {
    try disk.read(path(of: shard, in: vault), offset: UInt64(offset), count: count)
  }

  func remove(_ shard: ShardName, in vault: DID) throws {
    try disk.remove(path(of: shard, in: vault))
  }

  /// What is wrong with a stored shard; nil when its bytes are those its name promises.
  func problem(with shard: ShardName, size: Int, in vault: DID) -> String? {
    do {
      let bytes = try disk.read(path(of: shard, in: vault), bytesMax: size)
      guard bytes.count == size else { return "has \(bytes.count) bytes instead of \(size)" }
      return ShardName(of: bytes) == shard ? nil : "its bytes do not match its name"
    } catch let error as DiskError where error.code == .notFound {
      return "the file is gone"
    } catch let error as DiskError where error.code == .tooLarge {
      return "has more than \(size) bytes"
    } catch {
      return "cannot be read: \(error)"
    }
  }

  /// A shard's file as it is found on the disk.
  struct Found {
    let shard: ShardName
    let sizeBytes: UInt64
  }

  /// Calls `body` with the shard files of a vault, one folder of them at a time.
  func forEachFolder(in vault: DID, _ body: ([Found]) throws -> Void) throws {
    let folder = folder(of: vault)
    guard try disk.exists(folder) else { return }
    for part in try disk.list(folder) where part.kind == .folder {
      let files = try disk.list(folder.appending(part.name)).filter { $0.kind == .file }
      try body(
        files.compactMap { item in
          String(validating: item.name, as: UTF8.self).flatMap { Bytes32(hex: $0) }
            .map { Found(shard: ShardName(root: $0), sizeBytes: item.sizeBytes) }
        })
    }
  }

  /// Removes what a crash left half written.
  ///
  /// Only the holder of the data folder may call it.
  func removeLeftovers(in vault: DID) throws {
    let folder = folder(of: vault)
    guard try disk.exists(folder) else { return }
    for part in try disk.list(folder) where part.kind == .folder {
      _ = try disk.removeLeftovers(in: folder.appending(part.name))
    }
  }
}
