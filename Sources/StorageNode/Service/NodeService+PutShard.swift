import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultSync

extension NodeService {
  /// `PUT /v1/shard/<name>` and `/v1/piece/<name>`: file first, then row, then receipt: what is
  /// acknowledged is on stable storage, and a crash between the two leaves a file that the next
  /// start removes.
  ///
  /// A piece of a checkpoint goes when newer ones have come; a pack's shard never does by itself.
  func putShard(
    named name: String, _ request: NodeRequest, isPiece: Bool = false
  ) throws -> NodeResponse {
    let shard = try shard(named: name)
    guard request.body.count <= SyncLimits.shardBytesMax else {
      throw NodeRefusal.tooLarge("a shard has at most \(SyncLimits.shardBytesMax) bytes")
    }
    guard !request.body.isEmpty else { throw NodeRefusal.malformed("the shard is empty") }
    let admitted = try admit(request, as: .putShard(shard.root))
    guard ShardName(of: request.body) == shard else {
      throw NodeRefusal.mismatch("the bytes are not those that the name promises")
    }
    let (vault, tenant) = (admitted.vault, admitted.memory.index.tenant)
    return try shardLocks.withLock(on: shard) {
      if try store.shardBytes(shard, of: tenant) != nil {
        try heal(shard, with: request.body, in: vault)
        if !isPiece { try store.setPackShard(shard, of: tenant) }
      } else {
        try add(shard, request.body, to: vault, tenant: tenant, isPiece: isPiece)
      }
      let receipt = try StoredReceipt(
        vault: vault, shard: shard, sizeBytes: request.body.count, time: now,
        by: key)
      return .cbor(receipt.bytes)
    }
  }

  private func add(
    _ shard: ShardName, _ bytes: [UInt8], to vault: DID, tenant: Int64, isPiece: Bool
  ) throws {
    let size = Int64(bytes.count)
    guard let figures = try store.tenant(vault) else {
      throw NodeRefusal.absent("this node does not store for that vault")
    }
    guard size <= figures.quotaBytes - figures.usedBytes else {
      throw NodeStore.QuotaExceeded(
        usedBytes: figures.usedBytes, quotaBytes: figures.quotaBytes, neededBytes: size)
    }
    try requireRoom(for: size)
    try files.write(bytes, as: shard, in: vault)
    try environment.disk.crashPoint("node: shard file before its row")
    do {
      try store.addShard(
        shard, size: bytes.count, of: tenant, at: now, isPiece: isPiece)
    } catch let error as NodeStore.QuotaExceeded {
      // Others of the same vault were faster. The row was rolled back, so the file goes too.
      try files.remove(shard, in: vault)
      throw error
    }
    count(size)
  }

  /// A shard that is stored already and comes again may be a repair: a rotten file is replaced.
  private func heal(_ shard: ShardName, with bytes: [UInt8], in vault: DID) throws {
    guard files.problem(with: shard, size: bytes.count, in: vault) != nil else { return }
    try files.write(bytes, as: shard, in: vault)
  }
}
