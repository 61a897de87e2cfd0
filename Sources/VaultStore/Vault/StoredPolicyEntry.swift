public import VaultEncoding

/// An entry of the policy log, in the order in which this device came to know it.
public struct StoredPolicyEntry: Hashable, Sendable {
  /// Its place in this device's order, rising and never used twice.
  public let position: Int64
  /// What names it.
  public let cid: CID
  /// The signed bytes.
  public let bytes: [UInt8]

  /// Describes an entry.
  public init(position: Int64, cid: CID, bytes: [UInt8]) {
    self.position = position
    self.cid = cid
    self.bytes = bytes
  }
}
