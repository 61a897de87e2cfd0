import VaultEncoding
import VaultPacking
import VaultSync

extension NodeService {
  /// How many checkpoints of a scope a node keeps: who reads one is not left alone when the next
  /// comes.
  static let checkpointsKept = 2

  /// Checks a checkpoint: signed by a device that may write, of exactly what is stored in its
  /// scope, and with all its pieces here.
  func verify(
    _ bytes: [UInt8], by caller: VaultJudge.Caller, of vault: DID, against memory: VaultMemory
  ) throws -> Checkpoint {
    let checkpoint = try statement { () throws(MessageError) in
      try Checkpoint(verifying: bytes)
    }
    let facts = checkpoint.facts
    guard facts.vault == vault else {
      throw NodeRefusal.mismatch("a checkpoint is another vault's")
    }
    guard caller.reaches(facts.scope) else {
      throw NodeRefusal.refused("the invocation does not reach the scope \(facts.scope)")
    }
    guard memory.judge.writeLimit(of: checkpoint.device, in: facts.scope) == .unlimited else {
      throw NodeRefusal.refused("\(checkpoint.device) may not write here")
    }
    // A node cannot look inside, but it can see to it that the cut is one through real feeds.
    let own = memory.index.feeds.feeds(of: facts.scope)
    guard own.count == facts.feeds.count,
      own.allSatisfy({ facts.feeds[$0.key.device] == $0.value })
    else { throw NodeRefusal.gap("a checkpoint is not of what this node has") }
    let sizes = try store.shardSizes(facts.pieces.map(\.name), of: memory.index.tenant)
    guard sizes == facts.pieces.map(\.sizeBytes) else {
      throw NodeRefusal.gap("pieces of the checkpoint are not here")
    }
    return checkpoint
  }

  /// Keeps checkpoints that were found in order, and makes room where they replace older ones.
  ///
  /// The caller holds the vault's lock.
  func keep(_ checkpoints: [Checkpoint], of vault: DID, tenant: Int64) throws {
    guard !checkpoints.isEmpty else { return }
    for checkpoint in checkpoints {
      count(try store.add(checkpoint, of: tenant, kept: Self.checkpointsKept))
    }
    // Pieces whose checkpoint has yet to come, or never will, are left alone for a day.
    let before = now.advanced(byMilliseconds: -Self.strayPieceMilliseconds)
    let (pieces, freed) = try store.removePieces(of: tenant, storedBefore: before)
    count(-freed)
    for piece in pieces {
      try shardLocks.withLock(on: piece) {
        guard try store.shardBytes(piece, of: tenant) == nil else { return }
        try files.remove(piece, in: vault)
      }
    }
  }

  private static let strayPieceMilliseconds: Int64 = 86_400_000
}
