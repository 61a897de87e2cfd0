public import VaultEncoding

/// A revocation that counts.
public struct RevocationRecord: Hashable, Sendable {
  /// Its entry.
  public let entry: CID
  /// Who revoked.
  public let author: PolicyActor
  /// What it says.
  public let body: RevokeBody
  /// The grants that it took away itself, not counting those that fell with them.
  public let hits: [CID]
}
