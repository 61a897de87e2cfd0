/// How something is on the disk after it was written, for the folder index.
public struct Written: Sendable {
  /// The stat, taken last.
  public let stat: FileStat
  /// Attributes that this file system or this user could not apply.
  ///
  /// The content is in place.
  public let unapplied: [FolderError]
}
