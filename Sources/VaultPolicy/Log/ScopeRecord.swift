public import VaultEncoding

/// A unit of read access.
public struct ScopeRecord: Hashable, Sendable {
  /// The scope.
  public let scope: ScopeID
  /// The scope around it; nil for the vault's root folder.
  public let parent: ScopeID?
  /// What it is, sealed.
  public let label: [UInt8]?
  /// The entry that said so.
  public let entry: CID
}
