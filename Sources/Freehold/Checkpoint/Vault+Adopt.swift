import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

// How a newcomer gets the tree without replaying the history: the newest checkpoint that some node
// has and a device with access has signed, then the entries behind it. What comes before the cut is
// fetched later (Vault+Backfill.swift), and then the checkpoint is compared with it.

/// What went wrong at nodes, beside their own exchange.
typealias NodeFindings = [DID: [Finding]]

extension Vault {
  /// Takes over a checkpoint, if this device is new to a vault that has one.
  ///
  /// Nothing that goes wrong here stops a sync: the history is read instead.
  func adoptCheckpoint(
    from clients: [NodeClient]
  ) async -> (findings: NodeFindings, isAdopted: Bool) {
    guard (try? isNewcomer()) == true else { return ([:], false) }
    var findings: NodeFindings = [:]
    var isAdopted = false
    var offers: [CID: (checkpoint: Checkpoint, nodes: [NodeClient])] = [:]
    for client in clients {
      guard let shown = try? await offered(by: client, &findings) else { continue }
      for checkpoint in shown {
        offers[checkpoint.cid, default: (checkpoint, [])].nodes.append(client)
      }
    }
    let order = offers.values.sorted {
      ($0.checkpoint.coverage, $0.checkpoint.cid) > ($1.checkpoint.coverage, $1.checkpoint.cid)
    }
    for offer in order where offer.checkpoint.sizeBytes < offer.checkpoint.facts.historyBytes {
      do {
        let state = try await state(of: offer.checkpoint, at: offer.nodes, &findings)
        guard let state, try isNewcomer() else { continue }
        try adopt(offer.checkpoint, state)
        isAdopted = true
        break
      } catch is BadCheckpoint {
        let node = offer.nodes[0].node
        findings[node, default: []].append(.badCheckpoint(device: offer.checkpoint.device))
        try? database.write { try Adoption.refuse(offer.checkpoint.cid, $0) }
      } catch {
        break
      }
    }
    return (findings, isAdopted)
  }

  /// A checkpoint that its device should not have signed.
  private struct BadCheckpoint: Error {}

  /// Whether this device joined and has nothing of the others yet.
  private func isNewcomer() throws -> Bool {
    guard !facts.firstNodes.isEmpty else { return false }
    return try database.read { transaction in
      try transaction.feeds(in: scope).allSatisfy { $0.device == device || $0.count == 0 }
    }
  }

  /// The checkpoints that a node offers and that may be trusted as far as can be told before their
  /// pieces are here; the policy that comes with them is taken in first.
  func offered(by client: NodeClient, _ findings: inout NodeFindings) async throws -> [Checkpoint] {
    let known = StateParts(policy: policy.heads.map(\.syncPrefix), scopes: [scope: [:]])
    let request = SyncRequest(digest: .zero, known: known, entriesBytesMost: 0)
    guard let news = try await client.sync(request).news else { return [] }
    findings[client.node, default: []] += try ingest(news).findings
    var offered: [Checkpoint] = []
    for bytes in news.checkpoints {
      guard let checkpoint = try? Checkpoint(verifying: bytes), checkpoint.facts.vault == did,
        checkpoint.facts.scope == scope
      else {
        findings[client.node, default: []].append(.forged("a checkpoint that nobody signed"))
        continue
      }
      let isRefused = try database.read { try Adoption.isRefused(checkpoint.cid, $0) }
      if !isRefused, mayCheckpoint(checkpoint.device), fits(checkpoint, news.shown) {
        offered.append(checkpoint)
      }
    }
    return offered
  }

  /// Whether the node itself shows all that a checkpoint stands for.
  private func fits(_ checkpoint: Checkpoint, _ shown: StateParts) -> Bool {
    checkpoint.facts.feeds.allSatisfy { device, position in
      guard let mark = shown[FeedKey(scope: scope, device: device)] else { return false }
      return mark.count > position.count || mark == StateParts.FeedMark(position)
    }
  }

  /// Whether a device is a manager now: only then its word about the state counts.
  private func mayCheckpoint(_ author: DID) -> Bool {
    policy.state.managerGrant(of: author) != nil
  }

  /// Fetches, opens and decodes a state; nil when pieces cannot be had.
  ///
  /// Throws `BadCheckpoint` when it is not what its device signed for.
  private func state(
    of checkpoint: Checkpoint, at nodes: [NodeClient], _ findings: inout NodeFindings
  ) async throws -> [UInt8]? {
    let keys = keyring.candidates(scope, epoch: checkpoint.facts.epoch)
    guard !keys.isEmpty, checkpoint.facts.feeds[device] == nil else { return nil }
    var state: [UInt8] = []
    for (number, piece) in checkpoint.facts.pieces.enumerated() {
      guard let sealed = await fetch(piece, from: nodes, &findings) else { return nil }
      guard let plain = CheckpointPieces.open(sealed, number: number, of: checkpoint, keys: keys)
      else { throw BadCheckpoint() }
      state += plain
      guard state.count <= checkpoint.facts.stateBytes else { throw BadCheckpoint() }
    }
    guard state.count == checkpoint.facts.stateBytes, let tree = try? Tree(checkpoint: state),
      Self.covers(checkpoint, tree.vector)
    else { throw BadCheckpoint() }
    return state
  }

  private static func covers(_ checkpoint: Checkpoint, _ vector: VersionVector) -> Bool {
    vector.count == checkpoint.facts.feeds.count
      && checkpoint.facts.feeds.allSatisfy { vector[$0.key.key] == UInt64($0.value.count) }
  }

  /// The bytes of a piece, which its name proves; a node that gives others is found.
  private func fetch(
    _ piece: Checkpoint.Piece, from nodes: [NodeClient], _ findings: inout NodeFindings
  ) async -> [UInt8]? {
    for client in nodes {
      guard
        let bytes = try? await client.get(
          piece.name, range: nil, bytesMax: SyncLimits.shardBytesMax)
      else { continue }
      if ShardName(of: bytes) == piece.name { return bytes }
      findings[client.node, default: []].append(.forged("a piece of a checkpoint"))
    }
    return nil
  }

  /// Begins all feeds at the cut, with the state as this device's own checkpoint, in one
  /// transaction; what this device wrote already is merged again.
  private func adopt(_ checkpoint: Checkpoint, _ state: [UInt8]) throws {
    let sealed = try seal(state)
    let tree = try Tree(checkpoint: state)
    try database.write { transaction in
      for (author, position) in checkpoint.facts.feeds {
        try transaction.beginFeed(
          scope: scope, device: author, count: UInt64(position.count), chain: position.chain)
      }
      try transaction.setCheckpoint(scope, vector: Self.bytes(of: tree.vector), sealed: sealed)
      try Adoption(checkpoint: checkpoint, stateDigest: Hash.sha256(state)).store(transaction)
      try transaction.setCounter("checkpoint-history", to: checkpoint.facts.historyBytes)
    }
    try reloadTree()
  }

  /// Drops a checkpoint that turned out to be wrong, with everything that was built on it: the next
  /// exchange reads the history from the beginning.
  func dropAdoption() throws {
    guard let adoption = try database.read({ try Adoption.read($0) }) else { return }
    try database.write { transaction in
      for feed in try transaction.feeds(in: scope) where feed.device != device {
        try transaction.removeFeed(scope: scope, device: feed.device)
      }
      try transaction.removeCheckpoint(scope)
      try Adoption.remove(transaction)
      try Adoption.refuse(adoption.checkpoint.cid, transaction)
      try transaction.setCounter("checkpoint-history", to: 0)
    }
    try reloadTree()
  }
}

extension Vault {
  /// Whether a feed begins at an adopted cut and nothing behind it is here yet.
  func isFirstBehindCut(_ feed: FeedKey) throws -> Bool {
    try database.read { transaction in
      guard try Adoption.read(transaction) != nil,
        let stored = try transaction.feed(scope: feed.scope, device: feed.device)
      else { return false }
      return stored.first > 1 && stored.first == stored.count + 1
    }
  }

  /// Whether this device has written anything that builds on what others wrote.
  ///
  /// Then an adopted checkpoint cannot be dropped before the history is here: without it the own
  /// entries would have nothing to stand on, and nothing more could be written.
  func ownEntriesBuildOnOthers() throws -> Bool {
    var next: UInt64 = 1
    while true {
      let entries = try database.read {
        try $0.entries(scope: scope, device: device, from: next, bytesMax: 1 << 20)
      }
      guard let last = entries.last else { return false }
      for entry in entries
      where try !FeedEntry(decoding: entry.bytes).dependencies.isEmpty {
        return true
      }
      next = last.sequence + 1
    }
  }
}
