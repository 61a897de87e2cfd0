/// One name of a folder and what it stands for.
public struct FolderEntry: Hashable, Sendable {
  /// The name.
  public let name: FileName
  /// What the file system says about it.
  public let stat: FileStat
  /// True when the ignore rules leave it out, as long as the vault does not keep it already.
  public let isIgnored: Bool

  /// An entry of these values.
  public init(name: FileName, stat: FileStat, isIgnored: Bool = false) {
    self.name = name
    self.stat = stat
    self.isIgnored = isIgnored
  }

  /// What it is.
  public var kind: FileKind { stat.kind }
}
