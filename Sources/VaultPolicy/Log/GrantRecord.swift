public import VaultCrypto
public import VaultEncoding

/// A grant of the log, and how it stands.
public struct GrantRecord: Hashable, Sendable {
  /// How a grant stands.
  public enum Standing: Hashable, Sendable {
    /// It holds.
    case live
    /// These revocations took it away.
    case revoked(by: [CID])
    /// Its giver's grant no longer holds.
    case fallen
    /// Its entry does not count: it came after a cutoff or a fork.
    case void
  }

  /// The entry that gave it.
  public let entry: CID
  /// Who gave it.
  public let giver: PolicyActor
  /// What was given.
  public let body: GrantBody
  /// How it stands.
  public let standing: Standing

  /// Who has it.
  public var principal: DID { body.delegation.audience }
  /// What it allows.
  public var command: Command { body.delegation.command }
  /// The rank of a manager; nil for everybody else.
  public var rank: UInt64? { body.rank }
  /// Where epoch keys are sealed to; nil for who reads nothing.
  public var kem: KEMPublicKey? { body.kem }
  /// Whether it holds.
  public var isLive: Bool { standing == .live }
  /// The last second at which it counts; nil is never over.
  public var expiresAt: Int64? { body.delegation.terms.expiresAt }
}
