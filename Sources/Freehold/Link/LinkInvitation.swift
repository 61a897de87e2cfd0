public import VaultEncoding
public import VaultSync

/// An open code: somewhere a new device may type it now.
public struct LinkInvitation: Sendable {
  /// What the new device is told.
  public let code: LinkCode
  /// The node that keeps the mailbox.
  public let nodeName: String
  let host: LinkHost
  let client: NodeClient
  /// By the monotonic clock.
  let deadline: Duration
}

/// A device that was just let in.
public struct LinkedDevice: Sendable {
  /// Who it is.
  public var did: DID
  /// What the owner calls it.
  public var name: String
  /// Which nodes know it already.
  public var coverage: PolicyCoverage
}
