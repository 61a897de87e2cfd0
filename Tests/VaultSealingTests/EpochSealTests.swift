import Testing
import VaultCrypto
import VaultEncoding
import VaultSealing

@Suite struct EpochSealTests {
  private func seal(_ world: World) throws -> EpochSeal {
    try EpochSeal.make(
      of: world.epoch, vault: world.vault, for: world.device.signing.did,
      to: world.device.kem.publicKey)
  }

  @Test func `the reader it was made for opens it`() throws {
    let world = World(seed: 21)
    let seal = try seal(world)
    #expect(seal.sealed.count == EpochSeal.sealedBytes)
    let opened = try seal.open(
      with: world.device.kem, vault: world.vault, scope: world.scope, number: 3)
    #expect(opened == world.epoch)
    #expect(opened.operations == world.epoch.operations)
  }

  @Test func `the documented info and aad are what the seal is bound to`() throws {
    let world = World(seed: 22)
    let info = DAGCBOR.encode(
      .array([
        .text("vault/v1/epoch-seal"), .text(world.vault.text), .bytes(world.scope.bytes),
        .unsigned(3),
      ]))
    let opened = try HPKESeal.open(
      seal(world).sealed, with: world.device.kem, info: info,
      aad: Array(world.device.signing.did.text.utf8))
    #expect(opened == world.epoch.secret.exposedCopy())
  }

  @Test func `another vault, scope, epoch, reader or key is refused`() throws {
    var world = World(seed: 23)
    let seal = try seal(world)
    let otherScope = ScopeID.generate(using: &world.generator)
    let otherKey = KEMKey.generate(using: &world.generator)
    let moved = EpochSeal(recipient: world.vault, sealed: seal.sealed)
    let kem = world.device.kem
    let attempts: [(EpochSeal, KEMKey, DID, ScopeID, UInt64)] = [
      (seal, otherKey, world.vault, world.scope, 3),
      (seal, kem, world.device.signing.did, world.scope, 3),
      (seal, kem, world.vault, otherScope, 3), (seal, kem, world.vault, world.scope, 4),
      (moved, kem, world.vault, world.scope, 3),
    ]
    for (seal, key, vault, scope, number) in attempts {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try seal.open(with: key, vault: vault, scope: scope, number: number)
      }
    }
  }

  @Test func `a flipped bit is refused in every region`() throws {
    let world = World(seed: 24)
    let seal = try seal(world)
    func error(at index: Int) -> SealingError.Code? {
      let changed = EpochSeal(
        recipient: seal.recipient, sealed: flipping(seal.sealed, at: index, bit: index & 7))
      do {
        _ = try changed.open(
          with: world.device.kem, vault: world.vault, scope: world.scope, number: 3)
        return nil
      } catch {
        return error.code
      }
    }
    for index in 0..<6 { #expect(error(at: index) == .suiteUnknown) }
    for index in [6, 700, 1093, 1094, 1125, 1126, 1157, 1158, 1173] {
      #expect(error(at: index) == .cannotOpen)
    }
  }

  @Test func `a seal of something that is no epoch key is refused`() throws {
    let world = World(seed: 25)
    let info = DAGCBOR.encode(
      .array([
        .text("vault/v1/epoch-seal"), .text(world.vault.text), .bytes(world.scope.bytes),
        .unsigned(3),
      ]))
    let recipient = world.device.signing.did
    let sealed = try HPKESeal.seal(
      [1, 2, 3], to: world.device.kem.publicKey, info: info, aad: Array(recipient.text.utf8))
    #expect(throws: SealingError(.keyRefused, "")) {
      try EpochSeal(recipient: recipient, sealed: sealed).open(
        with: world.device.kem, vault: world.vault, scope: world.scope, number: 3)
    }
  }
}
