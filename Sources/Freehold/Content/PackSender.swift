import Synchronization
import VaultEncoding
import VaultPacking

// Packs go to their nodes straight from memory, while later ones are still being filled.
//
// The idea: a pack that every node has acknowledged with a signed receipt is safer than one in the
// outbox, so it is never written here. What a node does not take goes the way over the outbox, as
// everything does offline. Until one or the other has happened no row names the pack, so a crash in
// between means only that its chunks are cut again.
//
// Example, 2 of 3, the third node away: two receipts come, the third put fails; the pack is written
// to the outbox with two shards recorded as stored, and the exchange tries the third again.
//
// Invariant: `send` never throws away bytes: what it returns holds the pack.

/// Sends full packs to their nodes; shared by the child tasks of one push.
final class PackSender: Sendable {
  /// A shard, the node chosen for it, and the receipt when the node has acknowledged it.
  struct Shard: Sendable {
    var name: ShardName
    var node: DID?
    var receipt: [UInt8]?
  }

  /// A pack, and what its nodes said.
  struct Sent: Sendable {
    let packed: ContentIntake.Packed
    let code: ErasureCode
    var shards: [Shard]

    /// Whether every shard lies at its node.
    var isSafe: Bool { shards.allSatisfy { $0.receipt != nil } }
  }

  private let code: ErasureCode
  private let nodes: [PlacementNode]
  private let clients: [DID: NodeClient]
  /// Nodes that did not take a shard: they are left alone until the exchange.
  private let away = Mutex<Set<DID>>([])

  init(code: ErasureCode, nodes: [PlacementNode], clients: [DID: NodeClient]) {
    self.code = code
    self.nodes = nodes
    self.clients = clients
  }

  /// Chooses nodes for a pack and stores its shards there, all side by side.
  func send(_ packed: ContentIntake.Packed) async throws -> Sent {
    let pack = packed.pack
    let shards = try Vault.namedShards(of: pack.bytes, code: code)
    let chosen = Placement.choose(pack: pack.identifier, shards: shards.count, among: nodes).nodes
    var sent = Sent(
      packed: packed, code: code,
      shards: zip(shards, chosen).map { Shard(name: $0.name, node: $1, receipt: nil) })
    await withTaskGroup(of: (Int, [UInt8]?).self) { group in
      for (position, shard) in sent.shards.enumerated() {
        guard let client = shard.node.flatMap({ client(for: $0) }) else { continue }
        let bytes = shards[position].bytes
        group.addTask { (position, await self.put(bytes, as: shard, of: pack, client)) }
      }
      for await (position, receipt) in group { sent.shards[position].receipt = receipt }
    }
    return sent
  }

  private func client(for node: DID) -> NodeClient? {
    away.withLock { $0.contains(node) } ? nil : clients[node]
  }

  /// The receipt, or nil when the node did not take the shard.
  private func put(
    _ bytes: [UInt8], as shard: Shard, of pack: FilledPack<Int>, _ client: NodeClient
  ) async -> [UInt8]? {
    do {
      let digest = code.dataShards == 1 ? pack.identifier : nil
      return try await client.put(shard.name, bytes, digest: digest)
    } catch {
      if !Task.isCancelled { away.withLock { _ = $0.insert(client.node) } }
      return nil
    }
  }
}

extension Vault {
  /// What sends packs while files are read; nil when there is no node to send them to.
  func packSender(meter: TrafficMeter) throws -> PackSender? {
    let book = nodeBook
    guard !book.isEmpty else { return nil }
    try mirrorNodes()
    let redundancy = self.redundancy()
    var clients: [DID: NodeClient] = [:]
    // Without a client for it, a node's shards wait in the outbox, and the exchange says why.
    for (node, entry) in book { clients[node] = try? client(for: node, entry, meter: meter) }
    return PackSender(
      code: try ErasureCode(dataShards: redundancy.needed, totalShards: redundancy.total),
      nodes: placementNodes, clients: clients)
  }
}
