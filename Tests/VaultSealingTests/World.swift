import VaultCrypto
import VaultEncoding
import VaultSealing

/// A vault, a scope, an epoch and a device, from one seed.
struct World {
  var generator: SeededGenerator
  let vault: DID
  let scope: ScopeID
  let device: DeviceKeys
  let epoch: EpochKey

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    vault = SigningKey.generate(using: &generator).did
    scope = ScopeID.generate(using: &generator)
    device = DeviceKeys.generate(using: &generator)
    epoch = EpochKey.generate(scope: scope, number: 3, using: &generator)
  }

  var context: EntryContext {
    EntryContext(vault: vault, scope: scope, epoch: 3, sequence: 9, author: device.signing.did)
  }
}
