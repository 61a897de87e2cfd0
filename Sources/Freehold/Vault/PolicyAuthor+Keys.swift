import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing

/// The keys that policy entries carry: sealed here, so that the policy itself opens none.
extension PolicyAuthor {
  /// Does what is owed: seals the current keys to readers who lack them, and starts new keys where
  /// somebody who may no longer read has the old one.
  ///
  /// What the keyring cannot open stays owed; another manager does it.
  mutating func settleKeys(
    _ keyring: Keyring, using generator: inout RandomnessGenerator
  ) throws {
    for owed in state.owedRotations() {
      switch owed {
      case .newEpoch(let scope):
        try renewKey(of: scope, keyring, using: &generator)
      case .seals(let scope, let epoch, let recipients):
        guard let key = keyring.key(of: epoch) else { continue }
        let readers = state.recipients(of: scope).filter { recipients.contains($0.did) }
        try addSeals(to: epoch, seals: seals(of: key, for: readers))
      }
    }
  }

  /// Starts a new key of a scope, sealed to everybody who may read now; whoever has it reads what
  /// was written before, as far as the keyring does.
  mutating func renewKey(
    of scope: ScopeID, _ keyring: Keyring, using generator: inout RandomnessGenerator
  ) throws {
    let earlier = state.latestEpochs(of: scope)
    let number = earlier.map(\.number).max().map { $0 + 1 } ?? 0
    let key = EpochKey.generate(scope: scope, number: number, using: &generator)
    var history: [CID: [UInt8]] = [:]
    for epoch in earlier {
      guard let known = keyring.key(of: epoch.entry) else { continue }
      history[epoch.entry] = try BackLink.seal(
        known, under: key, vault: state.vault, using: &generator)
    }
    try startEpoch(
      of: scope, seals: seals(of: key, for: state.recipients(of: scope)), history: history)
  }

  private mutating func seals(
    of key: EpochKey, for readers: [PolicyState.Recipient]
  ) throws -> [DID: [UInt8]] {
    var seals: [DID: [UInt8]] = [:]
    for reader in readers {
      seals[reader.did] =
        try EpochSeal.make(of: key, vault: state.vault, for: reader.did, to: reader.kem).sealed
    }
    return seals
  }
}
