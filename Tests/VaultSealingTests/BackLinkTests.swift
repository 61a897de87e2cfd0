import Testing
import VaultCrypto
import VaultEncoding
import VaultSealing

@Suite struct BackLinkTests {
  @Test func `the newest key opens all of history, one link after another`() throws {
    var world = World(seed: 11)
    var keys = [world.epoch]
    var links: [[UInt8]] = []
    for number in 4..<9 as Range<UInt64> {
      let next = EpochKey.generate(scope: world.scope, number: number, using: &world.generator)
      links.append(
        try BackLink.seal(
          keys[keys.count - 1], under: next, vault: world.vault, using: &world.generator))
      keys.append(next)
    }
    var current = keys[keys.count - 1]
    for (link, expected) in zip(links.reversed(), keys.dropLast().reversed()) {
      #expect(link.count == BackLink.sealedBytes)
      current = try BackLink.open(
        link, under: current, number: expected.number, vault: world.vault)
      #expect(current == expected)
    }
  }

  @Test func `one epoch may link to two concurrent ones`() throws {
    var world = World(seed: 12)
    let twin = EpochKey.generate(scope: world.scope, number: 3, using: &world.generator)
    let next = EpochKey.generate(scope: world.scope, number: 4, using: &world.generator)
    for key in [world.epoch, twin] {
      let link = try BackLink.seal(key, under: next, vault: world.vault, using: &world.generator)
      #expect(try BackLink.open(link, under: next, number: 3, vault: world.vault) == key)
    }
  }

  @Test func `no link leads forwards or to another scope`() throws {
    var world = World(seed: 13)
    let next = EpochKey.generate(scope: world.scope, number: 4, using: &world.generator)
    let elsewhere = EpochKey.generate(
      scope: ScopeID.generate(using: &world.generator), number: 5, using: &world.generator)
    let pairs = [(next, world.epoch), (next, next), (next, elsewhere)]
    for (earlier, later) in pairs {
      #expect(throws: SealingError(.epochOrder, "")) {
        try BackLink.seal(earlier, under: later, vault: world.vault, using: &world.generator)
      }
    }
    #expect(throws: SealingError(.epochOrder, "")) {
      try BackLink.open([], under: next, number: 4, vault: world.vault)
    }
  }

  @Test func `another vault, number or key, and every flipped bit, is refused`() throws {
    var world = World(seed: 14)
    let next = EpochKey.generate(scope: world.scope, number: 7, using: &world.generator)
    let other = EpochKey.generate(scope: world.scope, number: 7, using: &world.generator)
    let link = try BackLink.seal(
      world.epoch, under: next, vault: world.vault, using: &world.generator)
    let attempts: [(EpochKey, UInt64, DID)] = [
      (next, 3, world.device.signing.did), (next, 4, world.vault), (other, 3, world.vault),
    ]
    for (key, number, vault) in attempts {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try BackLink.open(link, under: key, number: number, vault: vault)
      }
    }
    for index in link.indices {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try BackLink.open(
          flipping(link, at: index, bit: index & 7), under: next, number: 3, vault: world.vault)
      }
    }
  }
}
