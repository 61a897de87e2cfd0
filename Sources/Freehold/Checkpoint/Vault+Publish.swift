import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultSealing
import VaultStore
import VaultSync

extension Vault {
  /// So many bytes of entries are replayed rather than replaced.
  private static let historyBytesMin = 8 << 10
  private static let publishedKey = "checkpoint-history"
  private static let triedKey = "checkpoint-tried"

  /// Brings nodes a checkpoint of the tree when a newcomer would be better off with it: when the
  /// entries since the last one weigh more than twice as much as it, and at most once each time
  /// that the history has doubled.
  ///
  /// Nothing depends on it, so a node that cannot be asked or does not take it is left alone; what
  /// was found about what nodes show is told.
  func publishCheckpointIfWorthIt(to clients: [NodeClient]) async -> NodeFindings {
    var findings: NodeFindings = [:]
    do {
      try await publishCheckpoint(to: clients, &findings)
    } catch {
      // The next sync that finds it worth while tries again.
    }
    return findings
  }

  private func publishCheckpoint(
    to clients: [NodeClient], _ findings: inout NodeFindings
  ) async throws {
    guard isTreeDirty, isManager, let history = try historyWorthReplacing() else { return }
    var willing: [NodeClient] = []
    for client in clients {
      guard let offered = try? await offered(by: client, &findings) else { continue }
      willing.append(client)
      // One that claims to stand for more than there is keeps nobody from making a true one.
      let newest = offered.map(\.facts.historyBytes).filter { $0 <= history }.max() ?? 0
      if newest * 2 > history {
        return try database.write { try $0.setCounter(Self.publishedKey, to: newest) }
      }
    }
    guard !willing.isEmpty else { return }
    guard let made = try makeCheckpoint(history: history) else {
      return try database.write { try $0.setCounter(Self.triedKey, to: history) }
    }
    var hasAnswer = false
    for client in willing {
      if await bring(made.checkpoint, made.pieces, to: client) { hasAnswer = true }
    }
    if hasAnswer { try database.write { try $0.setCounter(Self.publishedKey, to: history) } }
  }

  /// How many bytes of entries the tree stands for; nil when they are not worth replacing.
  private func historyWorthReplacing() throws -> Int? {
    try database.read { transaction in
      let counters = try transaction.counters()
      let published = counters[Self.publishedKey] ?? 0
      let adopted = try Adoption.read(transaction)?.checkpoint.facts.historyBytes ?? 0
      let history = try transaction.entryBytes(in: scope) + adopted
      guard history >= max(Self.historyBytesMin, 2 * published),
        history * 4 >= 5 * (counters[Self.triedKey] ?? 0)
      else { return nil }
      return history
    }
  }

  /// The state at the end of all feeds, cut, compressed and sealed; nil when it is not worth it, or
  /// when something waits that is no part of the state.
  private func makeCheckpoint(
    history: Int
  ) throws -> (checkpoint: Checkpoint, pieces: [[UInt8]])? {
    guard let key = keyring.writingKey(scope) else { return nil }
    let feeds = try localState().feeds.feeds(of: scope)
    guard feeds.count <= SyncLimits.checkpointFeedsMax,
      feeds.allSatisfy({ tree.vector[$0.key.device.key] == UInt64($0.value.count) })
    else { return nil }
    let published = try database.read { try $0.counters()[Self.publishedKey] ?? 0 }
    let state = tree.encodeCheckpoint()
    let frames = try CheckpointPieces.frames(of: state)
    let weight = frames.reduce(0) { $0 + $1.count }
    guard frames.count <= SyncLimits.checkpointPiecesMax, history - published > 2 * weight
    else { return nil }
    let pieces = try CheckpointPieces.seal(
      frames, key: key, vault: did, author: device, using: &generator)
    let facts = Checkpoint.Facts(
      vault: did, scope: scope, epoch: key.number,
      feeds: Dictionary(uniqueKeysWithValues: feeds.map { ($0.key.device, $0.value) }),
      pieces: pieces.map { .init(name: ShardName(of: $0), sizeBytes: $0.count) },
      stateBytes: state.count, historyBytes: history, time: environment.clock.now())
    return (try Checkpoint(facts, by: keys.signing), pieces)
  }

  /// Brings one node a checkpoint; whether it has answered.
  private func bring(
    _ checkpoint: Checkpoint, _ pieces: [[UInt8]], to client: NodeClient
  ) async -> Bool {
    do {
      for (piece, bytes) in zip(checkpoint.facts.pieces, pieces) {
        _ = try await client.put(piece.name, bytes, isPiece: true)
      }
      _ = try await client.push(PushRequest(checkpoints: [checkpoint.bytes]))
      return true
    } catch {
      // Its quota is used up, or it has got other entries meanwhile; or it cannot be reached.
      return error is VaultSync.Refusal
    }
  }
}
