import Testing
import VaultCrypto
import VaultPacking

struct ShardNameTests {
  @Test func `a shard is named by its Merkle root`() {
    var generator = Seeded(1)
    for count in [1, 4_096, 4_097, 50_000] {
      let shard = generator.bytes(count)
      let name = ShardName(of: shard)
      #expect(name.root == Merkle.root(of: shard))
      #expect(name == ShardName(root: name.root))
      #expect(name.description.count == 64)
    }
  }

  @Test func `a name stands for every byte`() {
    var generator = Seeded(2)
    var shard = generator.bytes(10_000)
    let name = ShardName(of: shard)
    for place in [0, 4_095, 4_096, 9_999] {
      shard[place] ^= 1
      #expect(ShardName(of: shard) != name)
      shard[place] ^= 1
    }
    #expect(ShardName(of: shard) == name)
  }
}
