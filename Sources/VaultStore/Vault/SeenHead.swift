public import VaultEncoding

/// The newest head of a device that a node has shown: an older one later would be a rollback.
public struct SeenHead: Hashable, Sendable {
  /// The device that signed the head.
  public let device: DID
  /// The head's own number.
  public let sequence: UInt64
  /// What names it: another one of the same number would be a fork.
  public let cid: CID

  /// Describes a head that was seen.
  public init(device: DID, sequence: UInt64, cid: CID) {
    self.device = device
    self.sequence = sequence
    self.cid = cid
  }
}
