import VaultCrypto
import VaultEncoding

/// Random numbers that unfold from a secret seed: HKDF-SHA256 blocks with a counter.
///
/// Child tasks get one each, so that randomness is drawn in one place and in one order, whatever
/// order the tasks run in.
struct KeyedGenerator: RandomNumberGenerator {
  private let seed: SecretBytes
  private var block: [UInt8] = []
  private var counter: UInt64 = 0
  private var used = 0
  /// The nonces of some forty chunks: a batch of large ones needs two.
  private static let blockBytes = 512

  /// Starts from a seed that nothing else unfolds.
  init(seed: SecretBytes) {
    self.seed = seed
  }

  mutating func next() -> UInt64 {
    if used == block.count { refill() }
    var word: UInt64 = 0
    for byte in block[used..<(used + 8)] { word = word << 8 | UInt64(byte) }
    used += 8
    return word
  }

  private mutating func refill() {
    var info = Array("vault/v1/unfold".utf8) + [0]
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      info.append(UInt8(truncatingIfNeeded: counter >> shift))
    }
    counter += 1
    block = KeyDerivation.hkdf(secret: seed, salt: [], info: info, length: Self.blockBytes)
      .exposedCopy()
    used = 0
  }
}
