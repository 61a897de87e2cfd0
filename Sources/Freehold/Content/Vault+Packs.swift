import VaultCRDT
import VaultEncoding
import VaultPacking
import VaultStore

extension Vault {
  /// Makes a finished pack durable: its file in the outbox first, then its row, its shards' names
  /// and the places of its chunks in one transaction.
  func store(_ pack: FilledPack<Int>, _ placed: [ContentIntake.Placed]) throws {
    let redundancy = self.redundancy()
    let code = try ErasureCode(dataShards: redundancy.needed, totalShards: redundancy.total)
    let names = try Self.shardNames(of: pack.bytes, code: code)
    try home.outbox.store([(name: pack.identifier, bytes: pack.bytes)])
    try database.write { transaction in
      let row: PackRow
      if let known = try transaction.pack(named: pack.identifier) {
        row = known.row
      } else {
        row = try transaction.beginPack(
          scope: scope, dataShards: code.dataShards, totalShards: code.totalShards)
        try transaction.sealPack(
          row, name: pack.identifier, length: pack.bytes.count, shards: names.map(\.root))
      }
      try transaction.setChunks(
        placed.map { item in
          (
            item.token,
            ChunkPlace(
              pack: row, offset: item.chunk.location.offset, length: item.chunk.location.length,
              method: item.chunk.method, plainLength: item.plainBytes, epoch: item.chunk.epoch)
          )
        })
    }
    unannounced.insert(pack.identifier)
  }

  /// The names of a pack's shards; with one data shard all are the pack itself.
  static func shardNames(of pack: [UInt8], code: ErasureCode) throws -> [ShardName] {
    if code.dataShards == 1 {
      return [ShardName](repeating: ShardName(of: pack), count: code.totalShards)
    }
    return try code.shards(of: pack).map { ShardName(of: $0) }
  }

  /// Chooses nodes for packs that the tree does not know yet, and says where they are to lie.
  func packRecordsToAnnounce() throws -> [(Bytes32, PackRecord)] {
    let nodes = placementNodes
    let records = try database.write { transaction in
      try unannounced.sorted().compactMap { name -> (Bytes32, PackRecord)? in
        guard let pack = try transaction.pack(named: name) else { return nil }
        return (name, try transaction.place(pack, among: nodes))
      }
    }
    unannounced = []
    return records
  }

  /// The nodes that packs may be placed on.
  var placementNodes: [PlacementNode] {
    nodeBook.sorted { $0.key < $1.key }.map { node, entry in
      PlacementNode(
        did: node, weight: UInt32(entry.weight), region: entry.region,
        operatorName: entry.operatorName)
    }
  }

  /// Where a pack lies, by the tree; by the local rows as long as the tree does not say.
  func packRecord(_ pack: Bytes32) -> PackRecord? {
    tree.setting(PackRecord.key(pack)).flatMap { PackRecord(decoding: $0) }
  }

  /// Places what is unplaced and announces what is unannounced: packs of a crashed run, and packs
  /// made when there were fewer nodes.
  func spread() throws {
    let packs = try database.read { transaction in
      try transaction.packs(in: .sealed) + transaction.packs(in: .uploading)
        + transaction.packs(in: .degraded)
    }
    let nodes = placementNodes
    var changed: [(Bytes32, PackRecord)] = []
    for pack in packs {
      guard let name = pack.name else { continue }
      let before = packRecord(name)
      let pack = try recut(pack, name: name)
      let record = try database.write { try $0.place(pack, among: nodes) }
      if record != before { changed.append((name, record)) }
    }
    for slice in changed.slices(of: Self.changesPerBatch) {
      try commit { draft in
        for (name, record) in slice {
          try draft.setSetting(PackRecord.key(name), to: record.bytes)
        }
      }
    }
    unannounced = []
  }

  /// Gives a pack that still lies here whole, and of which no node has a shard, the redundancy that
  /// is wanted now.
  private func recut(_ pack: StoredPack, name: Bytes32) throws -> StoredPack {
    let wanted = redundancy()
    guard pack.isLocal, pack.state == .sealed,
      pack.dataShards != wanted.needed || pack.totalShards != wanted.total
    else { return pack }
    let bytes = try home.outbox.read(name, bytesMax: pack.length)
    let code = try ErasureCode(dataShards: wanted.needed, totalShards: wanted.total)
    let names = try Self.shardNames(of: bytes, code: code)
    return try database.write {
      try $0.recut(pack.row, dataShards: code.dataShards, shards: names.map(\.root))
      return try $0.pack(pack.row) ?? pack
    }
  }
}

extension VaultTransaction {
  /// Where a chunk that is already stored lies.
  func knownChunk(_ token: ChunkToken) throws -> KnownChunk? {
    guard let place = try chunk(token), let pack = try pack(place.pack)?.name else { return nil }
    return KnownChunk(
      location: ChunkLocation(pack: pack, offset: place.offset, length: place.length),
      method: place.method, epoch: place.epoch)
  }

  /// Chooses nodes for the shards of a pack that have none; those that have keep theirs.
  func place(_ pack: StoredPack, among nodes: [PlacementNode]) throws -> PackRecord {
    var shards = try shards(of: pack.row)
    let used = Set(shards.compactMap(\.node))
    let free = nodes.filter { !used.contains($0.did) }
    let homeless = shards.filter { $0.node == nil }.map(\.position)
    if let name = pack.name, !homeless.isEmpty, !free.isEmpty {
      let choice = Placement.choose(pack: name, shards: homeless.count, among: free)
      for (position, node) in zip(homeless, choice.nodes) where node != nil {
        try place(shard: position, of: pack.row, on: node)
      }
      shards = try self.shards(of: pack.row)
    }
    return PackRecord(
      packBytes: pack.length, needed: pack.dataShards,
      shards: shards.map {
        PackRecord.Shard(name: ShardName(root: $0.name), node: $0.node ?? PackRecord.nowhere)
      })
  }
}

extension PackRecord {
  /// Stands for a shard that no node was found for.
  static let nowhere = DID(key: .zero)
}
