public import VaultEncoding

/// The settings of a vault: the latest value of each.
public struct PolicySettings: Hashable, Sendable {
  /// How old a manager's word may be before nodes serve managers only.
  public static let policyAgeKey = "policyAgeSecondsMax"
  /// How many shards rebuild a pack, and how many there are: `[k, n]`.
  public static let redundancyKey = "redundancy"

  /// The values by name.
  public let values: CBORMap

  /// Takes values as they are.
  public init(_ values: CBORMap) {
    self.values = values
  }

  /// How old a manager's word may be, in seconds; nil is any age.
  public var policyAgeSecondsMax: UInt64? { values[Self.policyAgeKey]?.asUInt }

  /// Any `k` of `n` shards suffice; nil follows the number of nodes.
  public var redundancy: (k: Int, n: Int)? {
    guard let pair = values[Self.redundancyKey]?.asArray, pair.count == 2,
      let k = pair[0].asInt, let n = pair[1].asInt, 1 <= k, k <= n, n <= 255
    else { return nil }
    return (Int(k), Int(n))
  }
}
