import Testing
import VaultCrypto
import VaultSealing

@Suite struct LocalSealTests {
  @Test func `a value opens in its column and row only`() throws {
    var world = World(seed: 51)
    let key = world.device.storeKey
    let value = world.generator.nextBytes(300)
    let sealed = try LocalSeal.seal(
      value, storeKey: key, column: "name", row: [1], using: &world.generator)
    #expect(sealed.count == value.count + LocalSeal.overheadBytes)
    #expect(try LocalSeal.open(sealed, storeKey: key, column: "name", row: [1]) == value)
    #expect(
      try DeriveSeal.open(sealed, key: key, label: "vault/v1/local/name", aad: [1]) == value)
    let other = SecretBytes.generate(count: 32, using: &world.generator)
    for (key, column, row) in [(other, "name", [1]), (key, "path", [1]), (key, "name", [2])] {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try LocalSeal.open(sealed, storeKey: key, column: column, row: row.map(UInt8.init))
      }
    }
  }

  @Test func `every flipped bit is refused`() throws {
    var world = World(seed: 52)
    let key = world.device.storeKey
    let sealed = try LocalSeal.seal(
      [1, 2, 3], storeKey: key, column: "name", row: [], using: &world.generator)
    for index in sealed.indices {
      #expect(throws: SealingError(.cannotOpen, "")) {
        try LocalSeal.open(
          flipping(sealed, at: index, bit: index & 7), storeKey: key, column: "name", row: [])
      }
    }
  }
}
