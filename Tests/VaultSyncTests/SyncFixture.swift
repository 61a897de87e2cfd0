import VaultCrypto
import VaultEncoding
import VaultSync

/// A generator that a seed decides.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// A vault with one device and a feed of entries.
struct SyncFixture {
  let vault: DID
  let device: SigningKey
  let scope: ScopeID
  var feed: FeedKey { FeedKey(scope: scope, device: device.did) }
  var start: FeedPosition { .start(of: feed, vault: vault) }

  init(seed: UInt64 = 1) throws {
    var random = Seeded(state: seed)
    vault = SigningKey.generate(using: &random).did
    device = SigningKey.generate(using: &random)
    scope = ScopeID.generate(using: &random)
  }

  /// Entries 1…count; those whose number is in `signed` carry a signature.
  func entries(_ count: Int, signed: Set<Int>) -> [FeedEntry] {
    var position = start
    return (1...count).map { sequence in
      let plain = FeedEntry(
        sequence: sequence, epoch: 0, dependencies: [vault: sequence],
        ciphertext: [UInt8](repeating: UInt8(sequence), count: 40))
      position = position.advanced(by: plain)
      return signed.contains(sequence) ? plain.signed(at: position, by: device) : plain
    }
  }

  func position(after entries: some Sequence<FeedEntry>) -> FeedPosition {
    entries.reduce(start) { $0.advanced(by: $1) }
  }

  func run(_ entries: [FeedEntry], from first: Int = 1) -> FeedRun {
    FeedRun(feed: feed, first: first, entries: entries.dropFirst(first - 1).map(\.bytes))
  }
}
