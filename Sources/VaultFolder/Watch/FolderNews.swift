/// Where something may have changed in the vault's folder.
public struct FolderNews: Hashable, Sendable {
  /// The places; what is there now is for a scan to find out.
  public var paths: Set<FolderPath> = []
  /// Whether anything else may have changed, too: events were lost, or were too many.
  public var isUnsure = false
  /// Whether the folder itself was removed, moved or unmounted.
  public var isRootGone = false

  /// No news.
  public init() {}

  /// Whether nothing was heard.
  public var isEmpty: Bool { paths.isEmpty && !isUnsure && !isRootGone }
}
