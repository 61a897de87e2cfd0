public import VaultEncoding

/// Something in the vault, as a listing shows it.
public struct VaultEntry: Hashable, Sendable {
  /// What it is.
  public enum Kind: String, Hashable, Sendable {
    /// Holds others.
    case folder
    /// Has content.
    case file
    /// Leads elsewhere.
    case symlink
  }
  /// The names from the root down.
  public var path: [[UInt8]]
  /// What it is.
  public var kind: Kind
  /// A file's length.
  public var sizeBytes: Int
  /// When it was last changed, to the millisecond.
  public var modified: Timestamp?
  /// The permission bits.
  public var permissions: UInt32?
  /// Where a link leads.
  public var target: [UInt8]?
  /// How many contents it has: more than one is a conflict.
  public var contentCount: Int
}

/// One version of something, as the log shows it.
public struct VaultVersion: Hashable, Sendable {
  /// What happened.
  public enum Event: String, Hashable, Sendable {
    /// It was made.
    case created
    /// Its content was replaced.
    case changed
    /// It was moved or renamed.
    case moved
    /// It was deleted.
    case deleted
    /// It was brought back.
    case restored
  }
  /// What happened.
  public var event: Event
  /// When, by the clock of the device that did it.
  public var time: Timestamp
  /// The device: its name where it is known.
  public var device: String
  /// The names from the root down, as they were afterwards.
  public var path: [[UInt8]]
  /// The length afterwards, for files.
  public var sizeBytes: Int?
}
