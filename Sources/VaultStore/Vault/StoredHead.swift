public import VaultEncoding

/// The newest head that a device has signed, as far as this device knows.
public struct StoredHead: Hashable, Sendable {
  /// The device that signed it.
  public let device: DID
  /// The head's own number.
  public let sequence: UInt64
  /// What names it.
  public let cid: CID
  /// The signed envelope.
  public let envelope: [UInt8]

  /// Describes a head.
  public init(device: DID, sequence: UInt64, cid: CID, envelope: [UInt8]) {
    self.device = device
    self.sequence = sequence
    self.cid = cid
    self.envelope = envelope
  }
}
