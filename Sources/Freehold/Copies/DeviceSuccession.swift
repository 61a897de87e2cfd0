import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore

/// The keys with which this home takes part in one vault: the home's own, or newer ones after it
/// was found to be a copy.
///
/// The newer ones are sealed under the home's store key, which stays: nothing else ever signs or
/// opens with what was copied.
struct DeviceSuccession: Sendable {
  private static let key = "device-succession"
  private static let column = "device-succession"

  /// What a person does whose home is a copy, and who manages nothing.
  static let guestHint =
    "freehold card in a new home makes a card; whoever shared the folder grants it anew"

  /// With what this device signs and opens now.
  let keys: DeviceKeys
  /// The keys of the device that this one was, until they have let the new ones in.
  let former: DeviceKeys?

  /// Reads what was kept; the home's own keys when nothing was.
  init(_ transaction: VaultTransaction, base: DeviceKeys, vault: DID) throws {
    guard let sealed = try transaction.meta(Self.key) else {
      keys = base
      former = nil
      return
    }
    let plain = try LocalSeal.open(
      sealed, storeKey: base.storeKey, column: Self.column, row: vault.key.bytes)
    let fields = try DAGCBOR.decode(plain)
    guard let own = try Self.keys(fields["own"], base) else {
      throw FreeholdError(.tampered, "the keys of this device in the vault are damaged")
    }
    keys = own
    former = try Self.keys(fields["former"], base)
  }

  /// Keys that nothing went before, or that those before still have to let in.
  init(keys: DeviceKeys, former: DeviceKeys? = nil) {
    self.keys = keys
    self.former = former
  }

  /// What this device can open: with the former keys until the new ones are let in.
  func keyring(_ state: PolicyState) -> Keyring {
    if let former, state.managerGrant(of: keys.signing.did) == nil {
      return Keyring(state, device: former.signing.did, kem: former.kem)
    }
    return Keyring(state, device: keys.signing.did, kem: keys.kem)
  }

  /// New keys in place of these.
  ///
  /// Keys that were never let in cannot let others in: those before them still have to.
  func succeeded(using generator: inout RandomnessGenerator) throws -> DeviceSuccession {
    DeviceSuccession(
      keys: try DeviceKeys(
        signing: .generate(using: &generator), kem: .generate(using: &generator),
        storeKey: keys.storeKey),
      former: former ?? keys)
  }

  /// Keeps the keys.
  func store(
    _ transaction: VaultTransaction, vault: DID, using generator: inout RandomnessGenerator
  ) throws {
    let plain = DAGCBOR.encode(
      .map([("own", Self.value(keys)), ("former", former.map(Self.value) ?? .null)]))
    try transaction.setMeta(
      Self.key,
      to: try LocalSeal.seal(
        plain, storeKey: keys.storeKey, column: Self.column, row: vault.key.bytes,
        using: &generator))
  }

  private static func value(_ keys: DeviceKeys) -> CBORValue {
    .map([
      ("sign", .bytes(keys.signing.seed.exposedCopy())),
      ("kem", .bytes(keys.kem.seed.exposedCopy())),
    ])
  }

  private static func keys(_ value: CBORValue?, _ base: DeviceKeys) throws -> DeviceKeys? {
    guard let sign = value?["sign"]?.asBytes, let kem = value?["kem"]?.asBytes else { return nil }
    return try DeviceKeys(
      signing: SigningKey(seed: SecretBytes(sign, residence: .locked)),
      kem: KEMKey(seed: SecretBytes(kem, residence: .locked)), storeKey: base.storeKey)
  }
}
