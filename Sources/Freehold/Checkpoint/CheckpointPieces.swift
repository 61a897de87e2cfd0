import VaultEncoding
import VaultPacking
import VaultSealing
import VaultSync

/// Cuts an encoded state into pieces that nodes may hold, and puts them together again.
enum CheckpointPieces {
  /// How many plain bytes a piece has, but for the last one.
  static let plainBytes = EntryFrame.batchBytesMax

  /// The pieces, compressed and not sealed yet: what they weigh decides whether they are worth it.
  static func frames(of state: [UInt8]) throws -> [[UInt8]] {
    let compressor = try Compressor()
    return stride(from: 0, to: state.count, by: plainBytes).map { start in
      let slice = Array(state[start..<min(start + plainBytes, state.count)])
      return EntryFrame.encode(slice, compressor: compressor)
    }
  }

  /// Seals the pieces under a key.
  static func seal(
    _ frames: [[UInt8]], key: EpochKey, vault: DID, author: DID,
    using generator: inout some RandomNumberGenerator
  ) throws -> [[UInt8]] {
    var sealed: [[UInt8]] = []
    for (number, frame) in frames.enumerated() {
      let context = CheckpointContext(
        vault: vault, scope: key.scope, epoch: key.number, author: author, piece: number,
        pieceCount: frames.count)
      sealed.append(
        try CheckpointSeal.seal(frame, key: key, context: context, using: &generator))
    }
    return sealed
  }

  /// Opens one piece of a checkpoint with whichever key fits; nil when none does.
  static func open(
    _ sealed: [UInt8], number: Int, of checkpoint: Checkpoint, keys: [EpochKey]
  ) -> [UInt8]? {
    let facts = checkpoint.facts
    let context = CheckpointContext(
      vault: facts.vault, scope: facts.scope, epoch: facts.epoch, author: checkpoint.device,
      piece: number, pieceCount: facts.pieces.count)
    for key in keys {
      guard let frame = try? CheckpointSeal.open(sealed, key: key, context: context),
        let decompressor = try? Decompressor(),
        let plain = try? EntryFrame.decode(frame, decompressor: decompressor)
      else { continue }
      return plain
    }
    return nil
  }
}
