import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

struct StateDigestTests {
  @Test func `the digest depends on everything and on no order`() throws {
    let one = try SyncFixture(seed: 1)
    let two = try SyncFixture(seed: 2)
    let a = CID.of([1], codec: .raw)
    let b = CID.of([2], codec: .raw)
    let feeds: FeedVector = [one.feed: one.start, two.feed: two.start]
    let base = StateDigest.of(feeds: feeds, policy: [a, b], heads: [one.vault: a])
    #expect(base == StateDigest.of(feeds: feeds, policy: [b, a], heads: [one.vault: a]))
    #expect(
      base != StateDigest.of(feeds: [one.feed: one.start], policy: [a, b], heads: [one.vault: a]))
    #expect(base != StateDigest.of(feeds: feeds, policy: [a], heads: [one.vault: a]))
    #expect(base != StateDigest.of(feeds: feeds, policy: [a, b], heads: [one.vault: b]))
  }
}
