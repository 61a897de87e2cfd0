import VaultEncoding
import VaultPacking
import VaultStore

/// Makes shards from the packs in the outbox; child tasks share it.
struct ShardSource: Sendable {
  let outbox: PackFolder

  /// The bytes of one shard of a pack.
  func shard(_ index: Int, of pack: StoredPack) throws -> [UInt8] {
    guard let name = pack.name else {
      throw FreeholdError(.failed, "a pack without a name is to be sent")
    }
    let bytes = try outbox.read(name, bytesMax: pack.length)
    guard bytes.count == pack.length, PackFormat.identifier(of: bytes) == name else {
      throw FreeholdError(
        .tampered, "pack \(name.hex.prefix(12)) in the outbox is damaged",
        hint: "freehold check names the files that are affected")
    }
    let code = try ErasureCode(dataShards: pack.dataShards, totalShards: pack.totalShards)
    return try code.shard(index, of: bytes)
  }
}
