public import VaultEncoding

/// One entry of a feed, as it travels: its content is sealed.
public struct StoredEntry: Hashable, Sendable {
  /// What has become of an entry on this device.
  public enum State: Int, Hashable, Sendable {
    /// Stored; not merged yet, for want of a key or of another entry.
    case waiting = 0
    /// Merged into the tree.
    case merged = 1
    /// Signed by a revoked writer after the cutoff: kept and listed, never merged.
    case quarantined = 2
  }

  /// The scope.
  public let scope: ScopeID
  /// The device that wrote it.
  public let device: DID
  /// Its number in the feed, from 1.
  public let sequence: UInt64
  /// The entry's bytes.
  public let bytes: [UInt8]
  /// The chain hash after this entry.
  public let chain: Bytes32
  /// What has become of it here.
  public let state: State

  /// Describes an entry.
  public init(
    scope: ScopeID, device: DID, sequence: UInt64, bytes: [UInt8], chain: Bytes32,
    state: State = .waiting
  ) {
    self.scope = scope
    self.device = device
    self.sequence = sequence
    self.bytes = bytes
    self.chain = chain
    self.state = state
  }
}
