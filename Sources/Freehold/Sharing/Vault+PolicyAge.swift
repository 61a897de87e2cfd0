import VaultEncoding
import VaultPolicy

extension Vault {
  /// The least bound that can be set, in seconds: an hour.
  public static let policyAgeSecondsMin: UInt64 = 3_600

  /// How old a manager's word may be before nodes serve managers only, in seconds; nil for any age.
  public var policyAgeSecondsMax: UInt64? { policy.state.settings.policyAgeSecondsMax }

  /// Bounds how old a manager's word may be, durably, and tells the nodes.
  ///
  /// Past it a node that has not heard of a revocation refuses guests all the same (docs/spec/
  /// sharing.md section 8). Throws `refused` when this device is no manager, `usage` for a bound
  /// below an hour.
  public func setPolicyAge(secondsMax: UInt64?) async throws -> PolicyCoverage {
    try requireManager("bound the age of the policy")
    if let secondsMax, secondsMax < Self.policyAgeSecondsMin {
      throw FreeholdError(
        .usage, "nodes would refuse everybody between two visits of your devices",
        hint: "an hour at least, 7d for example")
    }
    if policyAgeSecondsMax != secondsMax {
      let value = secondsMax.map { CBORValue.unsigned($0) } ?? .null
      try author { author in
        try author.changeSettings(
          CBORMap([CBORPair(key: PolicySettings.policyAgeKey, value: value)]))
      }
      try await tellParts()
    }
    return try await announcePolicy()
  }
}
