public import VaultEncoding

/// Is everything safe? Made from the local store alone, so it works offline.
public struct VaultStatus: Hashable, Sendable {
  /// One node as it was when last asked.
  public struct Node: Hashable, Sendable {
    /// The node.
    public var did: DID
    /// What the owner calls it.
    public var name: String
    /// Where it is reached.
    public var url: String
    /// Whether it answered last time.
    public var isReachable: Bool
    /// How long its last answer took, or nil.
    public var latencyMilliseconds: Int?
    /// How many entries and shards it still lacks.
    public var behind: Int
    /// How many bytes the vault stores there.
    public var usedBytes: Int
    /// How many it may store there.
    public var quotaBytes: Int
    /// When it last answered.
    public var lastSeen: Timestamp?
  }
  /// The vault.
  public var vault: DID
  /// The vault's name.
  public var name: String
  /// This device's name.
  public var device: String
  /// The folder bound to the vault on this device.
  public var folder: String
  /// How many files.
  public var files: Int
  /// Their sizes summed up.
  public var bytes: Int
  /// Sealed bytes that are not yet where they should be.
  public var pendingBytes: Int
  /// Files with more than one current content.
  public var conflicts: Int
  /// The nodes.
  public var nodes: [Node]
  /// How far «any k of n» is met.
  public var redundancy: RedundancyStatus
  /// Whether the device key is sealed under a passphrase.
  public var isKeySealed: Bool
  /// When the last sync ended.
  public var lastSync: Timestamp?
  /// What is wrong, worst first.
  public var problems: [Problem]
}
