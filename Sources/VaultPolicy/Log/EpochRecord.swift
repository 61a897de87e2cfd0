public import VaultEncoding

/// A key of a scope, as the log tells of it.
///
/// Two with one number are different keys: the entry names it.
public struct EpochRecord: Hashable, Sendable {
  /// The scope.
  public let scope: ScopeID
  /// Its number; concurrent epochs share it.
  public let number: UInt64
  /// The entry that started it: with the number, its name.
  public let entry: CID
  /// Who started it.
  public let author: PolicyActor
  /// Whether the entry survives cutoffs and forks.
  ///
  /// A void epoch is never written with, but what others wrote with it before they knew stays
  /// readable.
  public let isEffective: Bool
  /// The seals of the key for each recipient; more than one only when several were made.
  public internal(set) var seals: [DID: [[UInt8]]]
  /// The epochs that it follows, with their keys sealed under its own.
  public let follows: [EpochBody.Link]

  /// Who can open it.
  public var recipients: Set<DID> { Set(seals.keys) }
}
