public import VaultEncoding

/// A storage node that the owner has picked.
public struct StoredNode: Hashable, Sendable {
  /// Whether a node is used.
  public enum State: Int, Hashable, Sendable {
    /// Everything is sent to it.
    case active = 0
    /// It is being emptied: read from, not written to.
    case draining = 1
    /// It was caught lying: neither read nor written, kept as evidence.
    case distrusted = 2
  }

  /// The node's identity.
  public var did: DID
  /// What the owner calls it.
  public var name: String
  /// Its address.
  public var url: String
  /// Its signed record.
  public var record: [UInt8]
  /// Whether it is used.
  public var state: State
  /// Anything else, as the caller's DAG-CBOR.
  public var facts: [UInt8]

  /// Describes a node.
  public init(
    did: DID, name: String, url: String, record: [UInt8], state: State = .active,
    facts: [UInt8] = []
  ) {
    self.did = did
    self.name = name
    self.url = url
    self.record = record
    self.state = state
    self.facts = facts
  }
}
