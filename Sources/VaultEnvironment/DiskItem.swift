/// What is known about one file or folder.
public struct DiskItem: Hashable, Sendable {
  /// What it is.
  public enum Kind: Hashable, Sendable {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// Anything else: a symlink, a pipe, a device.
    case other
  }

  /// The last step of its path.
  public let name: [UInt8]
  /// What it is.
  public let kind: Kind
  /// How long a file is; 0 for anything else.
  public let sizeBytes: UInt64

  /// Describes a file or folder.
  public init(name: [UInt8], kind: Kind, sizeBytes: UInt64) {
    self.name = name
    self.kind = kind
    self.sizeBytes = sizeBytes
  }
}
