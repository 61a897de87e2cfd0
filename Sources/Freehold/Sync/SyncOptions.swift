/// How a sync is to be done.
public struct SyncOptions: Sendable {
  /// Only say what would happen.
  public var isDryRun = false
  /// Go on although very many files are gone.
  public var acceptsMassChange = false

  /// The usual.
  public init() {}
}
