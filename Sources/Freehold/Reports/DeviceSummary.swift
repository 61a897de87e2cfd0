public import VaultEncoding

/// One of the vault's devices, as this one knows it.
public struct DeviceSummary: Hashable, Sendable {
  /// The device.
  public var did: DID
  /// What the owner calls it.
  public var name: String
  /// Its place in the order of who may revoke whom: the smaller, the more.
  public var rank: Int
  /// When it wrote its first change, by its own clock; nil when nothing came yet.
  public var since: Timestamp?
  /// When it last signed how far it is, by its own clock; nil when nothing came yet.
  public var lastSeen: Timestamp?
  /// Whether it is this device.
  public var isThis: Bool
  /// Whether it still has a part in the vault.
  public var isActive: Bool
}
