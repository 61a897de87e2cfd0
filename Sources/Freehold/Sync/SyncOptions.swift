public import VaultEncoding

/// How a sync is to be done.
public struct SyncOptions: Sendable {
  /// Only say what would happen.
  public var isDryRun = false
  /// Go on although very many files are gone.
  public var acceptsMassChange = false
  /// Nodes that are known not to answer at present: nobody waits for them.
  ///
  /// They count as not reached.
  public var without: Set<DID> = []

  /// The usual.
  public init() {}
}
