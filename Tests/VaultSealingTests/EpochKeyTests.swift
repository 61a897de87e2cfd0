import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultSealing

@Suite struct EpochKeyTests {
  @Test func `subkeys follow their labels and differ`() {
    let key = World(seed: 1).epoch
    #expect(key.operations == KeyDerivation.expand(key.secret, label: "vault/v1/op"))
    #expect(key.dedup == KeyDerivation.expand(key.secret, label: "vault/v1/dedup"))
    #expect(key.chunker == KeyDerivation.expand(key.secret, label: "vault/v1/chunker"))
    let all = [key.secret, key.operations, key.dedup, key.chunker, key.backLinks]
    #expect(Set(all.map { $0.exposedCopy() }).count == all.count)
  }

  @Test func `a secret of another length is refused`() {
    let world = World(seed: 2)
    for count in [0, 16, 31, 33] {
      #expect(throws: SealingError(.keyRefused, "")) {
        try EpochKey(
          scope: world.scope, number: 1, secret: SecretBytes([UInt8](repeating: 1, count: count)))
      }
    }
  }

  @Test func `an epoch key does not print`() {
    let key = World(seed: 3).epoch
    var dumped = ""
    dump(key, to: &dumped)
    let hex = Hex.encode(key.secret.exposedCopy()[0..<4])
    let decimal = key.secret.exposedCopy()[0..<4].map(String.init).joined(separator: ", ")
    for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
      #expect(!text.contains(hex) && !text.contains(decimal))
    }
    #expect("\(key)" == "EpochKey(epoch 3, concealed)")
    #expect(Mirror(reflecting: key).children.isEmpty)
  }
}
