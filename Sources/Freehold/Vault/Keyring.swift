import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSealing

/// The epoch keys that this device can open, by scope and number.
///
/// Keys come from the policy log: each epoch entry holds seals for its readers and, sealed under
/// its own key, the keys of the epochs before it.
struct Keyring: Sendable {
  private var keys: [CID: EpochKey] = [:]
  private var byNumber: [ScopeID: [UInt64: [EpochKey]]] = [:]
  private var writing: [ScopeID: EpochKey] = [:]
  private var earliest: [ScopeID: EpochKey] = [:]

  /// Opens every epoch that `device` has a seal in, and from there all that come before.
  init(_ state: PolicyState, device: DID, kem: KEMKey) {
    for scope in state.scopes {
      let epochs = state.epochs(of: scope.scope)
      for epoch in epochs.sorted(by: { $0.number > $1.number }) where keys[epoch.entry] == nil {
        for sealed in epoch.seals[device] ?? [] {
          let seal = EpochSeal(recipient: device, sealed: sealed)
          let opened = try? seal.open(
            with: kem, vault: state.vault, scope: scope.scope, number: epoch.number)
          if let opened {
            add(opened, of: epoch, among: epochs, vault: state.vault)
            break
          }
        }
      }
      if let current = state.writingEpoch(of: scope.scope) {
        writing[scope.scope] = keys[current.entry]
      }
      // By number, then by name: the same on every device that reads the whole history.
      earliest[scope.scope] = epochs.first { keys[$0.entry] != nil }.flatMap { keys[$0.entry] }
    }
  }

  /// The key that new entries of a scope are sealed with.
  func writingKey(_ scope: ScopeID) -> EpochKey? { writing[scope] }

  /// The key whose chunker cuts the content of a scope: the earliest that this device has, so that
  /// content is cut alike, and found again, whichever key is written with.
  func cuttingKey(_ scope: ScopeID) -> EpochKey? { earliest[scope] }

  /// The key that an entry of the policy log started; nil when this device cannot open it.
  func key(of epoch: CID) -> EpochKey? { keys[epoch] }

  /// The keys that an entry of this epoch may be sealed with: several only after concurrent
  /// rotations.
  func candidates(_ scope: ScopeID, epoch: UInt64) -> [EpochKey] {
    byNumber[scope]?[epoch] ?? []
  }

  /// The key of a chunk, from its manifest.
  func chunkKey(_ chunk: ChunkReference, in scope: ScopeID) -> [SecretBytes] {
    switch chunk.key {
    case .explicit(let key): [SecretBytes(key.bytes)]
    case .epoch(let number):
      candidates(scope, epoch: number).map { ChunkSeal.key(forPlaintextHash: chunk.hash, $0) }
    }
  }

  private mutating func add(
    _ key: EpochKey, of epoch: EpochRecord, among epochs: [EpochRecord], vault: DID
  ) {
    guard keys[epoch.entry] == nil else { return }
    keys[epoch.entry] = key
    byNumber[key.scope, default: [:]][key.number, default: []].append(key)
    for link in epoch.follows {
      guard let earlier = epochs.first(where: { $0.entry == link.epoch }),
        let sealed = link.sealedKey,
        let opened = try? BackLink.open(sealed, under: key, number: earlier.number, vault: vault)
      else { continue }
      add(opened, of: earlier, among: epochs, vault: vault)
    }
  }
}
