public import VaultEncoding

/// What became of the batches that were given to `Tree.merge`.
public struct MergeOutcome: Sendable {
  /// How many batches were applied; those that the tree had already count for nothing.
  public internal(set) var appliedCount = 0
  /// Batches that need others first.
  ///
  /// The tree keeps nothing of them: give them again.
  public internal(set) var waiting: [Batch] = []
  /// What the waiting batches need and was not given: per replica the highest number.
  public internal(set) var missing = VersionVector()
  /// Batches that contradict the history that they say they know.
  ///
  /// Every replica refuses the same ones; what builds on them waits for ever.
  public internal(set) var refused: [Refusal] = []
  /// The objects that were created, moved, renamed or written, or that appeared or disappeared.
  ///
  /// What lies in a folder that moved, and siblings whose visible name changed through a clash, are
  /// not listed. In no particular order.
  public internal(set) var changed: [ObjectID] = []
  /// The settings that were written, in no particular order.
  public internal(set) var changedSettings: [[UInt8]] = []

  /// A refused batch and why.
  public struct Refusal: Sendable {
    /// The author.
    public let replica: Bytes32
    /// The batch's number.
    public let sequence: UInt64
    /// What is wrong with it.
    public let error: CRDTError
  }
}
