public import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSealing

extension Home {
  private static let personColumn = "person"
  private static let personBytesMax = 64 << 10

  private var personPath: DiskPath { path.appending("person") }

  /// This person's card, with this device on it; makes the person when there is none yet.
  ///
  /// With `phrase`, what it stands for is put on the card: keys are sealed to it too. A card that
  /// was made with one keeps it.
  public func makeCard(
    name: String?, phrase: RecoveryPhrase? = nil, _ unlock: Unlock
  ) throws -> PersonCard {
    let device = try openOrMakeKeys(unlock)
    var generator = environment.makeGenerator()
    let known = try person(device)
    let key = known?.key ?? .generate(using: &generator)
    let own = PersonCard.Member(did: device.signing.did, kem: device.kem.publicKey)
    var recovery = known?.card?.recovery
    if let phrase {
      let root = try RootKeys(phrase: phrase)
      recovery = PersonCard.Member(did: root.signing.did, kem: root.kem.publicKey)
    }
    let others = (known?.card?.devices ?? []).filter { $0.did != own.did }
    let card = try PersonCard(
      name: name ?? known?.card?.name ?? "somebody", devices: others + [own], recovery: recovery,
      time: environment.clock.now(), by: key)
    try keep(key, card, device, using: &generator)
    return card
  }

  /// Whether there is a person here.
  public func hasPerson() throws -> Bool { try environment.disk.exists(personPath) }

  private func person(
    _ device: DeviceKeys
  ) throws -> (key: SigningKey, card: PersonCard?)? {
    guard try environment.disk.exists(personPath) else { return nil }
    let sealed = try environment.disk.read(personPath, bytesMax: Self.personBytesMax)
    let plain = try LocalSeal.open(
      sealed, storeKey: device.storeKey, column: Self.personColumn, row: [])
    guard let items = try DAGCBOR.decode(plain).asArray, items.count == 2,
      let seed = items[0].asBytes, let card = items[1].asBytes
    else { throw FreeholdError(.tampered, "the person's key in \(path) is damaged") }
    return (
      try SigningKey(seed: SecretBytes(seed, residence: .locked)),
      try? PersonCard(decoding: card)
    )
  }

  private func keep(
    _ key: SigningKey, _ card: PersonCard, _ device: DeviceKeys,
    using generator: inout some RandomNumberGenerator
  ) throws {
    let plain = DAGCBOR.encode(.array([.bytes(key.seed.exposedCopy()), .bytes(card.bytes)]))
    let sealed = try LocalSeal.seal(
      plain, storeKey: device.storeKey, column: Self.personColumn, row: [], using: &generator)
    try environment.disk.writeDurably(personPath, sealed)
  }
}
