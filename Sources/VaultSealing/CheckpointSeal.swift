internal import VaultCrypto
public import VaultEncoding

/// Where a piece of a checkpoint belongs; a sealed piece opens nowhere else.
public struct CheckpointContext: Hashable, Sendable {
  /// The vault.
  public let vault: DID
  /// The scope.
  public let scope: ScopeID
  /// The epoch whose key seals it.
  public let epoch: UInt64
  /// The device that wrote it.
  public let author: DID
  /// Its number among the pieces, from 0.
  public let piece: Int
  /// How many pieces there are.
  public let pieceCount: Int

  /// Puts a context together.
  public init(
    vault: DID, scope: ScopeID, epoch: UInt64, author: DID, piece: Int, pieceCount: Int
  ) {
    self.vault = vault
    self.scope = scope
    self.epoch = epoch
    self.author = author
    self.piece = piece
    self.pieceCount = pieceCount
  }

  /// DAG-CBOR `["vault/checkpoint-piece@1", vault, scope, epoch, author, piece, count]`.
  var aad: [UInt8] {
    DAGCBOR.encode(
      .array([
        .text("vault/checkpoint-piece@1"), .text(vault.text), .bytes(scope.bytes),
        .unsigned(epoch), .text(author.text), .unsigned(UInt64(piece)),
        .unsigned(UInt64(pieceCount)),
      ]))
  }
}

/// Sealing of the pieces of checkpoints: padded, then derive-sealed under the epoch's operations
/// key.
///
/// See docs/spec/sealing.md, «Checkpoint pieces».
public enum CheckpointSeal {
  /// No piece is longer before it is sealed.
  public static let plaintextBytesMax = OperationsSeal.plaintextBytesMax
  static let label = "vault/v1/checkpoint-piece"

  /// Seals a piece; throws `tooLong` above 8 MiB and `epochOrder` when the key is not the one that
  /// the context names.
  ///
  /// O(plaintext).
  public static func seal(
    _ plaintext: [UInt8], key: EpochKey, context: CheckpointContext,
    using generator: inout some RandomNumberGenerator
  ) throws(SealingError) -> [UInt8] {
    try parts(context).seal(plaintext, key: key, using: &generator)
  }

  /// Opens a piece.
  ///
  /// Throws `cannotOpen` for another key, context or changed bytes, `paddingRefused` for an author
  /// who does not pad by the rules, `epochOrder` when the key is of another epoch.
  public static func open(
    _ sealed: [UInt8], key: EpochKey, context: CheckpointContext
  ) throws(SealingError) -> [UInt8] {
    try parts(context).open(sealed, key: key)
  }

  private static func parts(_ context: CheckpointContext) -> OperationsSeal {
    OperationsSeal(
      thing: "a piece of a checkpoint", label: label, scope: context.scope, epoch: context.epoch,
      aad: context.aad)
  }
}
