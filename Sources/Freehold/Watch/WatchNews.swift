public import VaultFolder
public import VaultSync

/// What a watch has to tell.
public enum WatchNews: Sendable {
  /// Changes in so many folders are noticed when they happen.
  case watching(folders: Int)
  /// They are not noticed everywhere; why.
  case shortage(FolderWatch.Shortage)
  /// They are not noticed at all; why.
  case unwatched(FolderError)
  /// A sync went through, at least with some nodes.
  case synced(SyncReport, WatchSession.Reason)
  /// A sync did not.
  case failed(any Error, WatchSession.Reason)
}
