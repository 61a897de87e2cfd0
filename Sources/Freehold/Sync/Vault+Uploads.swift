import VaultEncoding
import VaultPacking
import VaultStore

extension Vault {
  /// Stores the shards of packs in the outbox that are meant for a node and not acknowledged.
  func uploadShards(_ client: NodeClient) async throws {
    let lacking = try database.read { try $0.shardsLacking(at: client.node) }
    guard !lacking.isEmpty else { return }
    let source = ShardSource(outbox: home.outbox)
    // Every upload holds a shard in memory, and all nodes are served at once.
    let sideBySide = nodeBook.count > 2 ? 1 : 2
    try await withThrowingTaskGroup(of: (StoredShard, [UInt8]).self) { group in
      var pending = lacking.makeIterator()
      func addNext() throws {
        while let shard = pending.next() {
          guard let pack = try database.read({ try $0.pack(shard.pack) }), pack.isLocal else {
            continue
          }
          group.addTask {
            let bytes = try source.shard(shard.position, of: pack)
            let digest = pack.dataShards == 1 ? pack.name : nil
            let name = ShardName(root: shard.name)
            return (shard, try await client.put(name, bytes, digest: digest))
          }
          return
        }
      }
      for _ in 0..<sideBySide { try addNext() }
      while let (shard, receipt) = try await group.next() {
        try acknowledge(shard, receipt: receipt)
        try addNext()
      }
    }
  }

  private func acknowledge(_ shard: StoredShard, receipt: [UInt8]) throws {
    let done = try database.write { transaction -> Bytes32? in
      try transaction.setStored(shard: shard.position, of: shard.pack, receipt: receipt)
      guard let pack = try transaction.pack(shard.pack) else { return nil }
      let stored = try transaction.storedShardCount(of: shard.pack)
      guard stored == pack.totalShards else {
        try transaction.setState(.uploading, of: shard.pack)
        return nil
      }
      try transaction.setState(.safe, of: shard.pack)
      try transaction.setLocal(false, shard.pack)
      return pack.name
    }
    if let done { try home.outbox.remove([done]) }
  }
}
