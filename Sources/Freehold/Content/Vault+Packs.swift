import VaultCRDT
import VaultEncoding
import VaultPacking
import VaultStore

extension Vault {
  /// Makes a full pack durable here: its file in the outbox first, then its row, its shards' names
  /// and the places of its chunks in one transaction.
  func store(_ packed: ContentIntake.Packed) throws {
    let redundancy = self.redundancy()
    let code = try ErasureCode(dataShards: redundancy.needed, totalShards: redundancy.total)
    let names = try Self.shardNames(of: packed.pack.bytes, code: code)
    try store(
      PackSender.Sent(
        packed: packed, code: code,
        shards: names.map { PackSender.Shard(name: $0, node: nil, receipt: nil) }))
  }

  /// Records a pack that was sent to its nodes.
  ///
  /// When all of them have acknowledged it, it needs no copy here; else its file is in the outbox
  /// before its row says so (docs/decisions/0011-packs-from-memory.md).
  func store(_ sent: PackSender.Sent) throws {
    let pack = sent.packed.pack
    if !sent.isSafe { try home.outbox.store([(name: pack.identifier, bytes: pack.bytes)]) }
    try database.write { transaction in
      let row = try transaction.record(sent, in: scope)
      try transaction.setChunks(
        sent.packed.placed.map { item in
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
    try namedShards(of: pack, code: code).map(\.name)
  }

  /// A pack's shards with their names; with one data shard all are the pack itself.
  static func namedShards(
    of pack: [UInt8], code: ErasureCode
  ) throws -> [(name: ShardName, bytes: [UInt8])] {
    if code.dataShards == 1 {
      return Array(repeating: (ShardName(of: pack), pack), count: code.totalShards)
    }
    return try code.shards(of: pack).map { (ShardName(of: $0), $0) }
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
  ///
  /// A pack that its nodes acknowledged while files were read is safe from here on.
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
    try database.write { transaction in
      for pack in packs where !pack.isLocal && pack.state == .uploading {
        let stored = try transaction.storedShardCount(of: pack.row)
        if stored == pack.totalShards { try transaction.setState(.safe, of: pack.row) }
      }
    }
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
  /// Where chunks that are already stored lie, in the order asked; nil for others.
  func knownChunks(_ tokens: [ChunkToken]) throws -> [KnownChunk?] {
    var names: [PackRow: Bytes32?] = [:]
    return try chunks(tokens).map { place in
      guard let place else { return nil }
      let name = try names[place.pack] ?? pack(place.pack)?.name
      names[place.pack] = .some(name)
      return name.map { pack in
        KnownChunk(
          location: ChunkLocation(pack: pack, offset: place.offset, length: place.length),
          method: place.method, epoch: place.epoch)
      }
    }
  }

  /// The rows of a pack and of its shards, with the receipts that came.
  fileprivate func record(_ sent: PackSender.Sent, in scope: ScopeID) throws -> PackRow {
    let pack = sent.packed.pack
    if let known = try self.pack(named: pack.identifier) { return known.row }
    let row = try beginPack(
      scope: scope, dataShards: sent.code.dataShards, totalShards: sent.code.totalShards)
    try sealPack(
      row, name: pack.identifier, length: pack.bytes.count, shards: sent.shards.map(\.name.root))
    for (position, shard) in sent.shards.enumerated() {
      guard let node = shard.node else { continue }
      try place(shard: position, of: row, on: node)
      if let receipt = shard.receipt {
        try setStored(shard: position, of: row, receipt: receipt)
      }
    }
    // It is called safe only when the tree says where it lies: `spread` sees to both.
    if sent.shards.contains(where: { $0.receipt != nil }) { try setState(.uploading, of: row) }
    if sent.isSafe { try setLocal(false, row) }
    return row
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

extension Draft {
  /// Tells the tree where packs are to lie.
  mutating func announce(_ records: [(Bytes32, PackRecord)]) throws {
    for (pack, record) in records {
      try setSetting(PackRecord.key(pack), to: record.bytes)
    }
  }
}
