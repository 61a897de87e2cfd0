/// A kind of sealed item, so that one table serves several purposes without mixing them up.
public struct ItemSpace: Hashable, Sendable {
  /// The number in the database, from 1.
  ///
  /// Numbers are listed in docs/spec/local-store.md.
  public let number: Int64

  /// Wraps a number.
  public init(number: Int64) {
    self.number = number
  }

  /// What the scan saw of each path of the user's folder the last time.
  public static let scannedPaths = ItemSpace(number: 1)
  /// Objects of the merged tree, so that it need not be rebuilt from the feeds at every start.
  public static let treeObjects = ItemSpace(number: 2)
  /// Manifests of file contents.
  public static let manifests = ItemSpace(number: 3)
}
