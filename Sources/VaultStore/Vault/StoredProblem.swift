public import VaultEncoding

/// Something that is wrong now, for `status`; gone when it has been cleared.
public struct StoredProblem: Hashable, Sendable {
  /// What kind of thing: a plain word, such as `node.unreachable`.
  public let kind: String
  /// Which one of its kind: a DID's key or a keyed hash, never a name.
  public let subject: [UInt8]
  /// When it was first noticed.
  public let first: Timestamp
  /// When it was last noticed.
  public let last: Timestamp
  /// How often it was noticed.
  public let count: Int
  /// The particulars, sealed: they may name paths.
  public let sealed: [UInt8]
}
