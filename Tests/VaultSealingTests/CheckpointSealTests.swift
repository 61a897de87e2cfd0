import Testing
import VaultCrypto
import VaultEncoding
import VaultSealing

struct CheckpointSealTests {
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test func `a piece opens in its own place only`() throws {
    var random = Seeded(state: 1)
    let scope = ScopeID.generate(using: &random)
    let key = EpochKey.generate(scope: scope, number: 3, using: &random)
    let vault = SigningKey.generate(using: &random).did
    let author = SigningKey.generate(using: &random).did
    func context(
      _ piece: Int = 1, of count: Int = 4, vault: DID, author: DID, epoch: UInt64 = 3
    ) -> CheckpointContext {
      CheckpointContext(
        vault: vault, scope: scope, epoch: epoch, author: author, piece: piece, pieceCount: count)
    }
    let right = context(vault: vault, author: author)
    let plain = [UInt8](repeating: 7, count: 5_000)
    let sealed = try CheckpointSeal.seal(plain, key: key, context: right, using: &random)
    #expect(try CheckpointSeal.open(sealed, key: key, context: right) == plain)
    let wrong = [
      context(2, vault: vault, author: author), context(of: 5, vault: vault, author: author),
      context(vault: author, author: author), context(vault: vault, author: vault),
      context(vault: vault, author: author, epoch: 4),
    ]
    for context in wrong {
      #expect(throws: SealingError.self) {
        try CheckpointSeal.open(sealed, key: key, context: context)
      }
    }
    let other = EpochKey.generate(scope: scope, number: 3, using: &random)
    #expect(throws: SealingError.self) {
      try CheckpointSeal.open(sealed, key: other, context: right)
    }
    let entry = EntryContext(vault: vault, scope: scope, epoch: 3, sequence: 1, author: author)
    #expect(throws: SealingError.self) { try EntrySeal.open(sealed, key: key, context: entry) }
    for index in stride(from: 0, to: sealed.count, by: 97) {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: SealingError.self) {
        try CheckpointSeal.open(changed, key: key, context: right)
      }
    }
  }
}
