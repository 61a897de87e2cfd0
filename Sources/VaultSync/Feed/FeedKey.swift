public import VaultEncoding

/// Names a feed: one device's entries in one scope.
public struct FeedKey: Hashable, Comparable, Sendable {
  /// The scope that the entries belong to.
  public let scope: ScopeID
  /// The device that alone may write the feed.
  public let device: DID

  /// Names the feed of `device` in `scope`.
  public init(scope: ScopeID, device: DID) {
    self.scope = scope
    self.device = device
  }

  /// Orders by scope, then by the device's key.
  public static func < (left: FeedKey, right: FeedKey) -> Bool {
    left.scope == right.scope ? left.device < right.device : left.scope < right.scope
  }
}
