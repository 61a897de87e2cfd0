/// How much the decoder takes before it refuses; each is checked before anything is allocated.
public struct CBORLimits: Hashable, Sendable {
  /// The deepest nesting that any limits may allow: the decoder recurses, and 256 frames fit in
  /// the smallest stack a thread may have.
  public static let depthCeiling = 256
  /// What suits a signed object or a batch: 16 MiB, 32 levels, a million values.
  public static let standard = CBORLimits(
    bytesMax: 16 << 20, depthMax: 32, itemsMax: 1 << 20)

  /// The longest input.
  public let bytesMax: Int
  /// The deepest nesting; a list of numbers has depth 1.
  public let depthMax: Int
  /// The most values, counting keys and values of maps.
  public let itemsMax: Int

  /// The greatest magnitude of an integer; nil takes all that the format has.
  public let integerMagnitudeMax: UInt64?

  /// Sets the limits; the depth is cut to `depthCeiling`.
  public init(
    bytesMax: Int, depthMax: Int = 32, itemsMax: Int = 1 << 20, integerMagnitudeMax: UInt64? = nil
  ) {
    self.bytesMax = bytesMax
    self.depthMax = min(depthMax, Self.depthCeiling)
    self.itemsMax = itemsMax
    self.integerMagnitudeMax = integerMagnitudeMax
  }
}
